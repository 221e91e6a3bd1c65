"""What is wrong with the text of a file: YAML, and the marks that silence findings."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.rule import Rule

TEXT_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "syntax-error",
        "Each file is YAML",
        Severity.ERROR,
        text="""
        A document is not YAML, or has something that Kubernetes cannot express, such as a list as a key.

        Why: Flux builds all files of a directory together, so that one broken file stops every object next to it. What
        the cluster reports can name another cause. The other documents of the file are checked all the same.

        Source: https://github.com/fluxcd/flux2/issues/3627

        Bad: `description: needs: quotes`   Good: `description: "needs: quotes"`
        """,
    ),
    Rule(
        "tab-indent",
        "Spaces indent, not tabs",
        Severity.ERROR,
        text="""
        A line is indented with a tab, which YAML forbids.

        Why: no reader of Kubernetes accepts the file, and an editor shows nothing wrong.

        Source: https://github.com/seal-io/walrus/issues/680

        Bad: a tab in front of `name: app`   Good: two spaces
        """,
    ),
    Rule(
        "duplicate-key",
        "Each key is set once",
        Severity.ERROR,
        text="""
        A mapping has a key twice.

        Why: Flux refuses the whole directory, because kustomize does. kubectl keeps the last value only.
        A key next to a merge key `<<` that has it too is no duplicate: it overrides.

        Source: https://github.com/fluxcd/kustomize-controller/issues/243

        Bad: `env: [...]` twice in a container   Good: one `env` with all variables
        """,
    ),
    Rule(
        "control-character",
        "Text has no control characters",
        Severity.ERROR,
        text="""
        A file has a control character, such as a backspace, or text between U+0080 and U+009F.

        Why: Go refuses the file, and an editor does not show the character. It often comes with a copied text.

        Source: https://github.com/projectcalico/calico/issues/3846

        Bad: a backspace in a text   Good: the text without it, or with its escape in double quotes, such as `"\\b"`
        """,
    ),
    Rule(
        "unreadable-file",
        "Each file is text in UTF-8 of at most 64 MiB",
        Severity.ERROR,
        text="""
        A file is not text in UTF-8, or is larger than 64 MiB. Nothing in it is checked.

        Why: Flux cannot decode other encodings, such as UTF-16, which PowerShell writes, or Latin-1.

        Source: https://github.com/fluxcd/flux2/issues/1126

        Bad: a file in Latin-1   Good: the same text in UTF-8
        """,
    ),
    Rule(
        "alias-bomb",
        "Aliases stay small",
        Severity.ERROR,
        text="""
        Aliases make so many values of a document that Go refuses it, or an alias is inside of its own value.

        Why: a few lines can stand for billions of values, which once stopped API servers. Since then, all readers of
        Kubernetes count.

        Source: https://github.com/kubernetes/kubernetes/issues/83253

        Bad: lists of nine aliases, each to a list of nine aliases, seven levels deep   Good: an alias for a few values
        """,
    ),
    Rule(
        "too-deep",
        "Values are nested at most 200 levels deep",
        Severity.ERROR,
        text="""
        A value is nested more than 200 levels deep.

        Why: readers refuse such documents, or end with an overflow of their stack. No object of Kubernetes is so deep.

        Source: https://github.com/kubernetes/kubernetes/issues/89535

        Bad: 300 brackets in a row   Good: a list
        """,
    ),
    Rule(
        "invalid-suppression",
        "Each comment that silences findings names rules",
        Severity.WARNING,
        text="""
        A comment `# registry-gitops:` names no rule, or one that does not exist.

        Why: it silences nothing, and nobody notices until the finding that it was for fails the check.

        Source: https://github.com/paiml/bashrs/pull/251

        Bad: `# registry-gitops: ignore=floating-tags our registry deletes old tags`
        Good: `# registry-gitops: ignore=floating-tag our registry deletes old tags`
        """,
    ),
    Rule(
        "suppression-without-reason",
        "Each comment that silences findings says why",
        Severity.WARNING,
        text="""
        A comment silences a rule, and does not say why.

        Why: the next reader cannot tell whether the reason still holds, and so nobody removes the comment.

        Source: https://github.com/astral-sh/ruff/issues/5182

        Bad: `# registry-gitops: ignore=floating-tag`
        Good: `# registry-gitops: ignore=floating-tag the tag is for tests only`
        """,
    ),
    Rule(
        "unused-suppression",
        "Each comment that silences findings is needed",
        Severity.WARNING,
        text="""
        A comment silences a rule that finds nothing there.

        Why: the line was corrected, or moved away from its comment, which then hides the next finding. Rules that
        `--rule` or `--skip-rule` leaves out do not count.

        Source: https://github.com/aquasecurity/tfsec/issues/1449

        Bad: the comment above `image: app:1.2.3` for `floating-tag`   Good: no comment
        """,
    ),
)
