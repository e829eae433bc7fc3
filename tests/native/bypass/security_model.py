"""Writes what the suite does not stop into the README: python -m tests.native.bypass.security_model"""

from .heads import HERE, all_tricks, security_model

README = HERE.parents[2] / "README.md"
BEGIN, END = "<!-- bypass:begin -->\n", "<!-- bypass:end -->"


def main() -> None:
    before, begin, rest = README.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{README} has no {BEGIN.strip()} with its end")
    README.write_text(before + begin + security_model(all_tricks()) + end + after)


if __name__ == "__main__":
    main()
