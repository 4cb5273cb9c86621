"""Copies the few browser files that the pages use from npm packages into the ignored folder static_vendor/.

Third-party files are not committed; package-lock.json pins them by hash. After this step Node is not needed any more.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from dev.common import ROOT, Trouble, digest, say

TARGET = ROOT / "static_vendor"
STAMP = TARGET / ".stamp"
LISTS = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
# package -> files below node_modules/<package>; they keep their name. The licence goes with them.
FILES = {
    "bootstrap": ["dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js", "LICENSE"],
}
# For PDF: read by the server, not served. A folder whose name begins with a dot is not collected.
FONTS = {"@expo-google-fonts/noto-serif-sc": ["400Regular/NotoSerifSC_400Regular.ttf", "LICENSE_FONT"]}
# A manifest of static files fails on a source map that is not there.
SOURCE_MAP = re.compile(rb"(?m)^\s*(?:/\*# ?sourceMappingURL=[^*]*\*/|//# ?sourceMappingURL=\S*)\s*$")
Npm = Callable[[Path], tuple[list[str], dict[str, str]]]


def wanted() -> str:
    return digest(*LISTS, Path(__file__))


def up_to_date() -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted()


def copy(npm: Npm) -> None:
    if up_to_date():
        return
    say("取用页面所需的样式和脚本文件……")
    with tempfile.TemporaryDirectory(dir=ROOT / ".venv", prefix="npm-") as name:
        work = Path(name)
        for path in LISTS:
            shutil.copy(path, work)
        command, environment = npm(work)
        done = subprocess.run([*command, "ci"], cwd=work, env=environment, capture_output=True, text=True)
        if done.returncode:
            lines = [line for line in (done.stderr + done.stdout).splitlines() if "error" in line.lower()]
            detail = lines[0][-300:] if lines else "没有说明"
            raise Trouble(f"样式和脚本文件没有取到（{detail}）：请检查网络或 npm 的镜像设置后重新运行。")
        _fill(work / "node_modules")


def _fill(packages: Path) -> None:
    """Built beside and exchanged at the end, so that an interruption leaves the old files or none."""
    new = TARGET.with_name("static_vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    sums = []
    for package, files in FILES.items():
        for file in files:
            content = SOURCE_MAP.sub(b"", (packages / package / file).read_bytes())
            path = new / package / Path(file).name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {path.relative_to(new)}\n")
    for package, files in FONTS.items():
        for file in files:
            path = new / ".fonts" / Path(file).name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(packages / package / file, path)
            sums.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(new)}\n")
    (new / "SHA256SUMS").write_text("".join(sorted(sums, key=lambda line: line[66:])))
    (new / ".stamp").write_text(wanted())
    shutil.rmtree(TARGET, ignore_errors=True)
    new.rename(TARGET)
