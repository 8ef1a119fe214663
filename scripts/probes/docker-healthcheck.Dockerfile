# It waits for the banner, says EHLO with a real name and QUIT: no "improper command pipelining" in the server's log.
# Docker knows 0 and 1 only, so what is not healthy is 1.
HEALTHCHECK --interval=30s --timeout=6s --retries=3 \
    CMD smtpsh probe --warn-ok --tls=off -t 5s 127.0.0.1:25 || exit 1
