#!/bin/sh
# `preflight.sh PYTHON` ends with 1, and says the cause and the cure, if RelAI can't be installed with that Python.
# POSIX sh, and a few lines that every Python reads, because the Python may be missing or old.

stop() {
  printf '%s\n' "$1" >&2
  exit 1
}

command -v "$1" >/dev/null || stop "There is no $1, and RelAI needs Python 3.11 or newer: install it \
(on Debian: apt-get install python3 python3-venv), or name one: make PYTHON=python3.12 …"

# As an example: 3.13 linux x86_64 64 glibc 41 cpu-fits has-venv
facts=$("$1" -c '
import platform, struct, sys
try:
    import ensurepip, venv
    has_venv = "has-venv"
except ImportError:
    has_venv = "no-venv"
libc, libc_version = platform.libc_ver()
cpu = "cpu-fits"
if sys.platform == "linux" and not {"avx", "atomics"} & set(open("/proc/cpuinfo").read().split()):
    cpu = "cpu-old"
print("%d.%d %s %s %d %s %s %s %s" % (
    sys.version_info[0], sys.version_info[1], sys.platform, platform.machine(), struct.calcsize("P") * 8,
    libc or "no-libc", (libc_version + ".0").split(".")[1], cpu, has_venv))
') || stop "$1 does not run: name another Python: make PYTHON=python3.12 …"
read -r version system machine bits libc libc_minor cpu has_venv <<END
$facts
END

case $version in
  [0-2].* | 3.[0-9] | 3.10)
    stop "RelAI needs Python 3.11 or newer, and $1 is $version: install a newer one, or name one: make PYTHON=python3.12 …" ;;
esac
case $system in
  linux | darwin) ;;
  *) stop "RelAI runs on Linux and macOS, not on $system: on Windows run it in WSL 2 (wsl --install), elsewhere in a container." ;;
esac
[ "$bits" = 64 ] || stop "RelAI needs a 64-bit Python, and $1 has $bits bits: use a 64-bit system."
case $machine in
  x86_64 | aarch64 | arm64) ;;
  *) stop "RelAI's dependencies are built for x86_64 and 64-bit Arm, not for $machine: use one of these." ;;
esac
if [ "$system" = linux ]; then
  [ "$libc" = glibc ] || stop "RelAI's dependencies are built for glibc, which this Linux lacks: \
use Debian, Ubuntu or Fedora, or the container image python:3.13."
  [ "$libc_minor" -ge 28 ] || stop "RelAI's dependencies need glibc 2.28, and this Linux has 2.$libc_minor: use a newer release."
fi
[ "$has_venv" = has-venv ] || stop "$1 can't make a virtual environment: on Debian, apt-get install python3-venv."

if [ "$system" = darwin ] || [ -n "$MONGODB_URI" ] || grep -qs '^MONGODB_URI=.' .env || command -v mongod >/dev/null; then
  exit 0
fi
mongod="The MongoDB that comes along needs"
cure="install another and set MONGODB_URI to its replica set."
[ "$libc_minor" -ge 34 ] || stop "$mongod glibc 2.34, and this Linux has 2.$libc_minor: $cure"
[ "$cpu" = cpu-fits ] || stop "$mongod a processor with AVX (x86_64) or Armv8.2, and this one is older: $cure"
