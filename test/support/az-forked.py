"""Runs `az` commands in children of one process that keeps what each of them has imported.

Most of the second that an az command takes are imports. Reads {"args", "stdout", "stderr"} as lines, writes the exit
code of each. A child is what the program `az` would be: it has the environment of this process, and dies with its command.
"""

import importlib
import json
import os
import runpy
import signal
import sys

LIMIT_SECONDS = 60
SOURCES = os.path.join(os.path.dirname(os.path.realpath(sys.argv[1])), "src")
if os.path.isdir(SOURCES):
    sys.path.insert(0, SOURCES)


def replace(descriptor, path, flags):
    opened = os.open(path, flags, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)


def command(asked, learned):
    signal.alarm(LIMIT_SECONDS)
    replace(0, os.devnull, os.O_RDONLY)
    replace(1, asked["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    replace(2, asked["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    before = set(sys.modules)
    sys.argv = ["az", *asked["args"]]
    code = 0
    try:
        runpy.run_module("azure.cli", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:  # what would be a traceback and the code 1
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(learned, "w") as names:
        json.dump(sorted(set(sys.modules) - before - {"__main__"}), names)
    os._exit(code)


def remember(names):
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException:  # it was made by the command and is no file
            pass


answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        command(json.loads(line), writer)
    os.close(writer)
    with os.fdopen(reader) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
    answers.flush()
    remember(json.loads(text) if text else [])
