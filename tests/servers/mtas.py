"""Real mail servers on free loopback ports, each a context manager with its own configuration, spool and certificates.

    with mtas.Postfix() as postfix:          postfix.port["starttls"], postfix.host, postfix.pki (see pki.py)
    with mtas.Postfix(dovecot=True) as postfix:      adds the service "dovecot": AUTH by Dovecot, OAuth included
    with mtas.Exim() as exim:                exim.port["starttls" | "smtps" | "submission"]
    with mtas.OpenSMTPD() as it:             it.port["plain"], ["starttls"], ["smtps"]: on Debian 12 its TLS answers alert 80
    with mtas.Aiosmtpd() as it:              it.port["starttls" | "smtps" | "auth" | "lmtp"], and it.unix, a socket's path
    with mtas.Sink("-f", "data") as sink:    smtp-sink with these options; sink.port

Accounts: user `user@bed.test` (Postfix) or `user` (the others), password `secret`. What they take is thrown away.
Recipients refused on purpose: reject@ 550, grey@ 450 or 451, full@ 452, drop421@ 421 and close; senders badsender@ 5yz,
noeod@ 5yz after the dot, tempeod@ 451 after the dot. .log() is what the server said, for a test that fails.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time

import packages
import pki

USER, PASSWORD, TOKEN_SECRET = "user@bed.test", "secret", b"bed-oauth-shared-secret"

# service: options of smtpd(8); {pki} and {sasl} are filled in
_SASL = ("-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject "
         "-o smtpd_recipient_restrictions=check_recipient_access,pcre:/etc/postfix/rcpt.pcre,permit_sasl_authenticated,reject")
_CHAIN = "-o smtpd_tls_chain_files={pki}/%s.key,{pki}/%s.chain.pem"
_POSTFIX = {
    "starttls": "", "plain": "-o smtpd_tls_security_level=none",
    "small": "-o message_size_limit=10240",
    "old": "-o smtpd_tls_security_level=none -o smtpd_discard_ehlo_keywords=pipelining,chunking,size,8bitmime,smtputf8,"
           "dsn,etrn,vrfy,enhancedstatuscodes,silent-discard",
    "smtps": "-o smtpd_tls_wrappermode=yes {sasl}",
    "submission": "{sasl}", "clear-auth": "-o smtpd_tls_security_level=none {sasl}",
    "old-auth": "-o smtpd_tls_security_level=none -o broken_sasl_auth_clients=yes {sasl}",
    "idle": "-o smtpd_timeout=1s",
    "tls12": "-o {{ smtpd_tls_protocols=>=TLSv1.2, <=TLSv1.2 }} " + _CHAIN % ("rsa", "rsa"),
    "tls13": "-o {{ smtpd_tls_protocols=>=TLSv1.3 }}",
    "client-cert": "-o smtpd_tls_security_level=encrypt -o smtpd_tls_ask_ccert=yes -o smtpd_tls_req_ccert=yes",
    "sni": "-o tls_server_sni_maps=texthash:/etc/postfix/sni",
    "xclient": "-o smtpd_authorized_xclient_hosts=127.0.0.0/8 -o smtpd_authorized_xforward_hosts=127.0.0.0/8",
    **{name: _CHAIN % (name, name) for name in ("rsa", "expired", "future", "wrong", "self", "below", "whole")},
}
_DOVECOT_SERVICE = "-o smtpd_sasl_type=dovecot -o smtpd_sasl_path=/run/dovecot-auth {sasl}"
POSTFIX_HOME = """
compatibility_level = 3.6
queue_directory = /var/spool/postfix
data_directory = /var/lib/postfix
maillog_file = /var/log/mail.log
inet_interfaces = loopback-only
myhostname = postfix.bed.test
smtp_host_lookup = native
disable_dns_lookups = yes
"""
_MAIN = POSTFIX_HOME + """
inet_protocols = all
mydomain = bed.test
mydestination = $myhostname, localhost, bed.test
mynetworks = 127.0.0.0/8 [::1]/128
alias_maps =
alias_database =
local_recipient_maps =
smtpd_banner = $myhostname ESMTP $mail_name
default_transport = discard:
local_transport = discard:
smtpd_peername_lookup = no
smtpd_helo_required = yes
disable_vrfy_command = no
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
default_process_limit = 200
smtputf8_enable = yes
message_size_limit = 52428800
mailbox_size_limit = 0
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_helo_restrictions = check_helo_access inline:{ {bad.helo.test = REJECT bad HELO name} }
smtpd_sender_restrictions = check_sender_access inline:{ {badsender@bed.test = 553 5.1.8 Sender refused} {421sender@bed.test = 421 4.7.0 Go away, closing} }
smtpd_recipient_restrictions = check_recipient_access pcre:/etc/postfix/rcpt.pcre, permit_mynetworks, reject
smtpd_data_restrictions = check_sender_access inline:{ {nodata@bed.test = 554 5.7.1 DATA refused} }
smtpd_end_of_data_restrictions = check_sender_access inline:{ {noeod@bed.test = 552 5.2.2 Message refused after the final dot} {tempeod@bed.test = 451 4.3.0 Try after dot later} }
smtpd_tls_security_level = may
smtpd_tls_chain_files = %(pki)s/good.key, %(pki)s/good.chain.pem
smtpd_tls_CAfile = %(pki)s/ca.pem
smtpd_tls_loglevel = 1
smtpd_tls_session_cache_database =
smtpd_sasl_auth_enable = no
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = /etc/postfix/sasl
smtpd_sasl_local_domain = bed.test
smtpd_sasl_security_options = noanonymous
smtpd_sasl_tls_security_options = noanonymous
postscreen_greet_action = enforce
postscreen_greet_wait = 1s
postscreen_access_list =
postscreen_cache_map =
postscreen_greet_banner = postfix.bed.test please wait a moment
"""
_RCPT = """
/^reject@/      550 5.1.1 <reject@bed.test>: Recipient address rejected: User unknown
/^grey@/        450 4.2.0 <grey@bed.test>: Recipient address rejected: Greylisted
/^full@/        452 4.2.2 Mailbox full
/^drop421@/     421 4.7.0 Too many errors, closing connection
"""
POSTFIX_SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
postlog unix-dgram n - n - 1 postlogd
"""
_SASLDB = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
log_level: 0
"""
_DOVECOT = """
base_dir = /run/dovecot
log_path = /var/log/dovecot.log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
auth_failure_delay = 0
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /etc/dovecot/oauth2.conf.ext
}
passdb {
  driver = passwd-file
  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
  args = scheme=PLAIN username_format=%u /etc/dovecot/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener /run/dovecot-auth {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
"""
# 2.4, Debian 13's, is configured otherwise, and reads nothing that does not begin with its version.
_DOVECOT_24 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = /run/dovecot
log_path = /var/log/dovecot.log
protocols =
ssl = no
auth_allow_cleartext = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
auth_failure_delay = 0
oauth2 {
  introspection_mode = local
  username_attribute = sub
  issuers = bed
  oauth2_local_validation {
    dict fs {
      fs posix {
        prefix = /etc/dovecot/keys/
      }
    }
  }
}
passdb oauth2 {
  mechanisms_filter = xoauth2 oauthbearer
}
passdb passwd-file {
  mechanisms_filter = plain login cram-md5 scram-sha-1 scram-sha-256
  default_password_scheme = PLAIN
  passwd_file_path = /etc/dovecot/users
}
userdb static {
  fields {
    uid = nobody
    gid = nogroup
    home = /nonexistent
  }
}
service auth {
  unix_listener /run/dovecot-auth {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
"""
_OAUTH = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
username_attribute = sub
username_format = %u
issuers = bed
"""


def token(user=USER, seconds=3600):
    """A JWT that Dovecot here takes for XOAUTH2 and OAUTHBEARER; negative seconds: one that has expired."""
    def b64(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=")
    now = int(time.time())
    claims = {"sub": user, "iss": "bed", "iat": now - 10, "exp": now + seconds}
    signed = b64(b'{"alg":"HS256","typ":"JWT"}') + b"." + b64(json.dumps(claims).encode())
    return (signed + b"." + b64(hmac.new(TOKEN_SECRET, signed, hashlib.sha256).digest())).decode()


class _Server:
    host = "127.0.0.1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.jail.stop()

    def log(self):
        return self.jail.said()


class Postfix(_Server):
    """Its services are the keys of _POSTFIX, and "ipv6" (on ::1), "postscreen" (a greet pause of 1 s), "dovecot"."""

    def __init__(self, dovecot=False, host="127.0.0.1"):
        self.host = host
        self.pki = pki.make()
        self.jail = packages.Jail("postfix", users=["postfix", "postdrop", "dovecot", "dovenull"])
        self._configure(dovecot)
        begin = "dovecot && " if dovecot else ""
        self.jail.start("sh", "-c", begin + "exec postfix start-fg")
        try:
            for name, number in self.port.items():
                packages.wait_port(number, {"ipv6": "::1", "postscreen": "127.0.0.1"}.get(name, host), self.jail.process, self.jail.log)
            if dovecot:
                packages.wait_for(lambda: os.path.exists(self.jail.path("/run/dovecot-auth")), "Dovecot", self.jail.process)
        except BaseException:
            print("# " + self.log().replace("\n", "\n# "), file=sys.stderr)
            self.jail.stop()
            raise

    def _configure(self, dovecot):
        j = self.jail
        fill = {"pki": self.pki, "sasl": _SASL}
        services = dict(_POSTFIX, **({"dovecot": _DOVECOT_SERVICE} if dovecot else {}))
        self.port = {name: packages.port(self.host) for name in services}
        self.port["ipv6"], self.port["postscreen"] = packages.port("::1"), packages.port()
        lines = [f"{self.host}:{self.port[name]} inet n - n - - smtpd {options.format(**fill)}" for name, options in services.items()]
        lines += [f"[::1]:{self.port['ipv6']} inet n - n - - smtpd", f"127.0.0.1:{self.port['postscreen']} inet n - n - 1 postscreen"]
        j.write("/etc/postfix/main.cf", _MAIN % fill)
        j.write("/etc/postfix/master.cf", "\n".join(lines) + POSTFIX_SERVICES)
        j.write("/etc/postfix/rcpt.pcre", _RCPT)
        j.write("/etc/postfix/sni", f"mx2.bed.test {self.pki}/second.key, {self.pki}/second.chain.pem\n")
        j.write("/etc/postfix/dynamicmaps.cf", "pcre\tpostfix-pcre.so\tdict_pcre_open\n")
        j.write("/etc/postfix/sasl/smtpd.conf", _SASLDB)
        j.mkdir("/var/spool/postfix")
        j.mkdir("/var/lib/postfix", owner="postfix")
        self._account()
        if dovecot:
            new = j.run("dovecot", "--version").stdout.startswith("2.4")
            j.write("/etc/dovecot/dovecot.conf", _DOVECOT_24 if new else _DOVECOT)
            j.write("/etc/dovecot/users", f"{USER}:{{PLAIN}}{PASSWORD}\n")
            j.write("/etc/dovecot/oauth2.conf.ext", _OAUTH)
            j.write("/etc/dovecot/keys/default/HS256/default", base64.b64encode(TOKEN_SECRET))

    def _account(self):
        made = self.jail.run("saslpasswd2", "-c", "-p", "-f", "/run/sasldb2", "-u", "bed.test", "user", input=PASSWORD)
        assert made.returncode == 0, made.stderr
        self.jail.write("/etc/sasldb2", open(self.jail.path("/run/sasldb2"), "rb").read(), 0o640, "postfix")

    def log(self):
        there = self.jail.path("/var/log/mail.log")
        return self.jail.said() + (open(there, errors="replace").read() if os.path.exists(there) else "")


_EXIM = """
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim-%%slog
pid_file_path = /run/exim.pid
primary_hostname = exim.bed.test
qualify_domain = bed.test
domainlist local_domains = bed.test : exim.bed.test : localhost
local_interfaces = <; %(host)s ; ::1
daemon_smtp_ports = %(starttls)d : %(smtps)d : %(submission)d : %(three)d
tls_on_connect_ports = %(smtps)d
smtp_banner = ${if eq{$received_port}{%(three)d}{exim.bed.test ESMTP first of three\\nsecond line\\nready}{$smtp_active_hostname ESMTP Exim $version_number}}
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 0
message_size_limit = 50M
prdr_enable = true
dsn_advertise_hosts = *
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
pipelining_connect_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = /etc/exim4/good.pem
tls_privatekey = /etc/exim4/good.key
auth_advertise_hosts = ${if or{{eq{$received_port}{%(submission)d}}{eq{$received_port}{%(smtps)d}}}{*}{}}
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
acl_smtp_vrfy = accept
begin acl
acl_mail:
  deny senders = badsender@bed.test
       message = Sender refused
  accept
acl_rcpt:
  deny  local_parts = reject
        message = unknown user
  deny  local_parts = multi
        message = Access denied, in three lines\\n  see the site\\n  or call the postmaster
  defer local_parts = grey
        message = Greylisted, please come back later
  defer local_parts = full
        message = 452 Mailbox full
  drop  local_parts = drop421
        message = 421 Too many errors, closing connection
  accept domains = +local_domains
  accept authenticated = *
  deny  message = relay not permitted
acl_data:
  deny senders = noeod@bed.test
       message = Message refused after the final dot
  defer senders = tempeod@bed.test
       message = Try after dot later
  accept
begin routers
hole:
  driver = redirect
  data = :blackhole:
begin transports
begin retry
* * F,1h,15m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{user}}{eq{$auth3}{secret}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{eq{$auth1}{user}}{eq{$auth2}{secret}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${if eq{$auth1}{user}{secret}fail}
  server_set_id = $auth1
"""


class Exim(_Server):
    def __init__(self, host="127.0.0.1"):
        self.host = host
        self.pki = pki.make()
        self.port = {name: packages.port(host) for name in ("starttls", "smtps", "submission", "three")}
        j = self.jail = packages.Jail("exim", users=["Debian-exim"])
        j.write("/etc/exim4/exim4.conf", _EXIM % dict(self.port, pki=self.pki, host=host), owner="Debian-exim", mode=0o640)
        os.chown(j.path("/etc/exim4/exim4.conf"), 0, j.ids["Debian-exim"])
        for name, source in (("good.key", "good.key"), ("good.pem", "good.chain.pem")):     # its user may not enter our folder
            with open(os.path.join(self.pki, source)) as file:
                j.write("/etc/exim4/" + name, file.read(), 0o600, "Debian-exim")
        j.mkdir("/var/spool/exim4", owner="Debian-exim")
        j.mkdir("/var/log", owner="Debian-exim")
        j.start("exim4", "-C", "/etc/exim4/exim4.conf", "-bdf", "-q1h")
        for number in self.port.values():
            packages.wait_port(number, host, j.process, j.log)


_OPENSMTPD = """
pki localhost cert "/etc/mail/good.pem"
pki localhost key "/etc/mail/good.key"
listen on 127.0.0.1 port %(plain)d hostname opensmtpd.bed.test
listen on 127.0.0.1 port %(starttls)d tls pki localhost hostname opensmtpd.bed.test
listen on 127.0.0.1 port %(smtps)d smtps pki localhost hostname opensmtpd.bed.test
action "hole" relay host smtp://127.0.0.1:1
match mail-from "badsender@bed.test" for any reject
match from any for rcpt-to { "reject@bed.test" } reject
match from any for domain "bed.test" action "hole"
"""


class OpenSMTPD(_Server):
    def __init__(self):
        self.pki = pki.make()
        self.port = {name: packages.port() for name in ("plain", "starttls", "smtps")}
        j = self.jail = packages.Jail("opensmtpd", users=["opensmtpd", "opensmtpq"])
        j.write("/etc/smtpd.conf", _OPENSMTPD % self.port)
        for name, mode in (("good.key", 0o600), ("good.pem", 0o644)):
            source = name if name == "good.key" else "good.chain.pem"
            j.write(f"/etc/mail/{name}", open(os.path.join(self.pki, source)).read(), mode)
        j.write("/etc/mailname", "opensmtpd.bed.test\n")
        j.mkdir("/var/spool/smtpd", 0o711)
        j.mkdir("/var/lib/opensmtpd/empty")
        j.start("smtpd", "-d", "-f", "/etc/smtpd.conf")
        for number in self.port.values():
            packages.wait_port(number, process=j.process, log=j.log)


class Aiosmtpd:
    """Needs no root: a Python process of its own."""
    host = "127.0.0.1"

    def __init__(self):
        self.pki = pki.make()
        self.port = {name: packages.port() for name in ("starttls", "smtps", "auth", "lmtp")}
        self.unix = os.path.join(packages.state(), "aio.sock")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aiosmtpd_server.py")
        ports = [f"{name}={number}" for name, number in self.port.items()]
        self.program = packages.start("aiosmtpd", "/usr/bin/python3", script, self.pki, self.unix, *ports)
        try:
            for number in self.port.values():
                packages.wait_port(number, process=self.program.process, log=self.program.log)
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()

    def log(self):
        return open(self.program.log, errors="replace").read()


class Sink:
    """smtp-sink with options of its own; needs no root."""
    host = "127.0.0.1"

    def __init__(self, *options):
        self.port = packages.port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.program = packages.start("postfix", "smtp-sink", *user, *options, "-h", "sink.bed.test",
                                      f"127.0.0.1:{self.port}", "1024", log=os.path.join(packages.state(), f"sink.{self.port}"))
        packages.wait_port(self.port, process=self.program.process, log=self.program.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()
