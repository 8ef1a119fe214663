// Package smtpsh is a helper for tests in Go: a mail server, and the messages it received.
//
//	func TestWelcome(t *testing.T) {
//		server := smtpsh.Start(t)
//		sendWelcome("ann@example.org", server.Addr)
//		mail := server.Messages(t, 1)[0]
//		if mail.Recipients[0].Address != "ann@example.org" { ... }
//	}
//
// The environment variable SMTPSH names the program. Options and scripts are passed on: Start(t, "--refuse", "rcpt:bob=550").
package smtpsh

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

type Server struct{ Addr, url string }

type Message struct {
	Number, Octets int
	From, User     string
	Recipients     []struct{ Address, Parameters string }
	Headers        []struct{ Name, Value string }
	Body           string
}

// Start starts a server, and stops it when the test ends.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	program := os.Getenv("SMTPSH")
	if program == "" {
		program = "smtpsh"
	}
	command := exec.Command(program, append([]string{"serve", "--api", "127.0.0.1:0"}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Signal(os.Interrupt); command.Wait() })
	said := bufio.NewReader(out)
	where, _ := said.ReadString('\n')
	url, err := said.ReadString('\n')
	if err != nil {
		t.Fatal("smtpsh serve did not start")
	}
	return &Server{strings.Fields(where)[2], strings.Fields(url)[2]}
}

// Messages waits for that many messages, up to ten seconds.
func (s *Server) Messages(t testing.TB, wait int) []Message {
	t.Helper()
	var all struct{ Messages []Message }
	answer, err := http.Get(fmt.Sprintf("%s?wait=%d&timeout=10s", s.url, wait))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil || len(all.Messages) < wait {
		t.Fatalf("%d of %d messages came: %v", len(all.Messages), wait, err)
	}
	return all.Messages
}
