"""python -m changning.embedded env: shell variables for the tools of the embedded server."""

import shlex
import sys

from changning import embedded

if sys.argv[1:] == ["env"]:
    print(f"PG_BIN={shlex.quote(str(embedded.bin_dir()))}")
    print(f"PG_URL={shlex.quote(embedded.database_url())}")
else:
    sys.exit(__doc__)
