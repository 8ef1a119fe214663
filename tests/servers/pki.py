"""A PKI of the tests' own, made with openssl(1): pki.make() gives a folder with ca.pem, other-ca.pem and for each NAME of
CERTIFICATES NAME.key, NAME.pem and NAME.chain.pem (what a server sends). Made once a build folder."""
import os
import shutil
import subprocess
import unittest

import packages

HOST = "localhost"
GOOD = "DNS:localhost,DNS:mx1.bed.test,DNS:mx2.bed.test,DNS:*.wild.bed.test,IP:127.0.0.1,IP:::1"
# name: subject, alternative names, from, until, issuer, purpose
CERTIFICATES = {
    "good": (HOST, GOOD, "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "rsa": (HOST, GOOD, "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "expired": (HOST, GOOD, "20200101000000Z", "20210101000000Z", "ca", "serverAuth"),
    "future": (HOST, GOOD, "20390101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "wrong": ("wrong.example.net", "DNS:wrong.example.net", "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "second": ("mx2.bed.test", "DNS:mx2.bed.test", "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "bare": ("mx1.bed.test", "", "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "mail": ("mx1.bed.test", "email:x@bed.test", "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "partial": (HOST, "DNS:mx*.bed.test", "20200101000000Z", "20400101000000Z", "ca", "serverAuth"),
    "late": (HOST, GOOD, "20200101000000Z", "99991231235959Z", "ca", "serverAuth"),
    "client": ("client", "email:client@bed.test", "20200101000000Z", "20400101000000Z", "ca", "clientAuth"),
    "middle": ("test intermediate", None, "20200101000000Z", "20300101000000Z", "ca", None),
    "below": (HOST, GOOD, "20200101000000Z", "20400101000000Z", "middle", "serverAuth"),
}
_CONFIG = """
[ca]
default_ca=c
[c]
dir=.
database=index.txt
new_certs_dir=.
serial=serial
default_md=sha256
policy=p
copy_extensions=copy
unique_subject=no
[p]
commonName=supplied
"""


def _openssl(*args, cwd):
    env = {k: v for k, v in os.environ.items() if not k.startswith("SSL_") and k != "OPENSSL_CONF"}
    subprocess.run(["openssl", *args], cwd=cwd, check=True, capture_output=True, env=env)


def _key(name, where):
    kind = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if name == "rsa" else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    _openssl("genpkey", "-algorithm", *kind, "-out", f"{name}.key", cwd=where)


def _root(name, subject, names, where):
    _key(name, where)
    more = ["-addext", f"subjectAltName={names}"] if names else ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    _openssl("req", "-x509", "-new", "-key", f"{name}.key", "-days", "3650", "-subj", f"/CN={subject}", *more,
             "-out", f"{name}.pem", cwd=where)
    shutil.copy(os.path.join(where, f"{name}.pem"), os.path.join(where, f"{name}.chain.pem"))


def _issue(name, where):
    subject, names, begins, ends, issuer, purpose = CERTIFICATES[name]
    more = ["-addext", "basicConstraints=critical,CA:TRUE"]
    if names is not None:
        more = ["-addext", f"extendedKeyUsage={purpose}"]
    if names:
        more += ["-addext", f"subjectAltName={names}"]
    _key(name, where)
    _openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject}", *more, "-out", f"{name}.csr", cwd=where)
    _openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key",
             "-startdate", begins, "-enddate", ends, "-in", f"{name}.csr", "-out", f"{name}.pem", cwd=where)
    with open(os.path.join(where, f"{name}.chain.pem"), "w") as chain:
        chain.write(open(os.path.join(where, f"{name}.pem")).read())
        if issuer != "middle":          # `below` is sent without its intermediate, `whole` with it
            chain.write(open(os.path.join(where, "ca.pem")).read())


def _make(where):
    with open(os.path.join(where, "ca.cnf"), "w") as file:
        file.write(_CONFIG)
    open(os.path.join(where, "index.txt"), "w").close()
    with open(os.path.join(where, "serial"), "w") as file:
        file.write("1000\n")
    _root("ca", "smtpsh test CA", None, where)
    _root("other-ca", "smtpsh other test CA", None, where)
    _root("self", HOST, GOOD, where)
    for name in CERTIFICATES:
        _issue(name, where)
    shutil.copy(os.path.join(where, "below.key"), os.path.join(where, "whole.key"))
    shutil.copy(os.path.join(where, "good.key"), os.path.join(where, "more.key"))
    for name, parts in (("whole", ("below", "middle")), ("more", ("good", "ca", "expired"))):     # `more`: and one that nobody needs
        with open(os.path.join(where, f"{name}.chain.pem"), "w") as chain:
            for each in parts:
                chain.write(open(os.path.join(where, f"{each}.pem")).read())


def make():
    """The folder of the PKI."""
    if not shutil.which("openssl"):
        raise unittest.SkipTest("the tests' certificates are made with openssl(1), and it is not here")
    place = os.path.join(packages.folder(), "pki-2")
    with packages.lock("pki"):
        if not os.path.exists(place):
            new = place + ".new"
            shutil.rmtree(new, ignore_errors=True)
            os.makedirs(new)
            _make(new)
            os.rename(new, place)
    return place
