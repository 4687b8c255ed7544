"""`python -m relai_audit` is `relai`."""

from relai_audit.command_line import main

main()
