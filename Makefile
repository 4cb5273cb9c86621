# Every target is one call of dev/bootstrap.py, which needs nothing but the standard library of Python 3.11 or newer.
# Only relative paths are used here: make cannot quote a folder name that holds a blank.
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
ifeq ($(PYTHON),)
$(error 找不到 Python 3.11 或更新的版本：请先安装（Debian/Ubuntu：apt-get install python3 python3-venv），再重新运行)
endif

.PHONY: help run setup test bench lint lock
help:
	@$(PYTHON) dev/bootstrap.py help
run setup lint lock:
	@$(PYTHON) dev/bootstrap.py $@
# make test ARGS="tests/orgs -k promote"; make bench ARGS="--scale tiny"
test bench:
	@$(PYTHON) dev/bootstrap.py $@ $(ARGS)
