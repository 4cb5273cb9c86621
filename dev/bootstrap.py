"""python3 dev/bootstrap.py run|setup|test|bench|lint|lock

Called by the Makefile. This file must be readable by an old Python 3, which it then refuses in one sentence.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  the one place that meets older ones
    current = ".".join(map(str, sys.version_info[:2]))
    sys.stderr.write("需要 Python 3.11 或更新的版本，当前是 " + current + "：请安装新版本后重新运行。\n")
    sys.exit(1)

# As a script, the first entry is this folder, whose module names are not meant to be importable by themselves.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from dev.commands import main  # noqa: E402

if __name__ == "__main__":
    main(sys.argv[1:])
