"""Which Debian packages napress needs and this machine lacks.

Needs no third-party package, since it comes before them all.
``python tools/system_packages.py`` prints the missing names on one line.
"""

import ctypes
import importlib.util
import os
import subprocess
import sys
import sysconfig
import tempfile

# Gmsh loads the first eleven, libEGL draws pictures where there is no display.
SHARED_LIBRARIES = {
    "libGLU.so.1": "libglu1-mesa",
    "libGL.so.1": "libgl1",
    "libXcursor.so.1": "libxcursor1",
    "libXft.so.2": "libxft2",
    "libXinerama.so.1": "libxinerama1",
    "libfontconfig.so.1": "libfontconfig1",
    "libXrender.so.1": "libxrender1",
    "libXfixes.so.3": "libxfixes3",
    "libgomp.so.1": "libgomp1",
    "libEGL.so.1": "libegl1",
}


def loads(library):
    """Return whether the dynamic linker finds ``library``."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def compiles(source):
    """Return whether the C compiler turns ``source`` into a shared library."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "probe.c")
        with open(path, "w") as file:
            file.write(source)
        command = os.environ.get("CC", "cc").split()
        command += ["-shared", "-fPIC", path, "-o", os.path.join(folder, "probe.so")]
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except OSError:
            return False


def has_compiler():
    """Return whether a C compiler starts."""
    try:
        command = os.environ.get("CC", "cc").split() + ["--version"]
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def missing_packages():
    """Return the Debian names of what is missing, in the order apt-get takes them."""
    missing = [package for library, package in SHARED_LIBRARIES.items() if not loads(library)]
    if not has_compiler():
        missing += ["gcc", "libc6-dev"]
    elif not compiles("#include <math.h>\ndouble probe(double x) { return sqrt(x); }\n"):
        missing.append("libc6-dev")
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
        missing.append(f"{python}-dev")
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(f"{python}-venv")
    return missing


if __name__ == "__main__":
    print(" ".join(missing_packages()))
