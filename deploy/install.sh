#!/bin/sh
# Installs, or upgrades to, the release in this folder. Finds a Python and leaves the rest to install.py.
# Another Python than the first that will do: PYTHON=/path/to/python3.12 sh install.sh
here=$(cd "$(dirname "$0")" && pwd) || exit 2
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
        exec "$python" -sEB "$here/install.py" "$@"
    fi
done
echo "本机没有 Python 3.11 到 3.14，请用系统的安装源装上（如 python3.11）再运行；装在别处的写成：PYTHON=/路径/python3.11 sh install.sh" >&2
exit 2
