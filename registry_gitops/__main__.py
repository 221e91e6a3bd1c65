"""`python -m registry_gitops` is the command line."""

import sys

from registry_gitops.cli import main

sys.exit(main())
