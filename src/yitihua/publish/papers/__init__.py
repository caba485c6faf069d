"""Papers: portraits and bulletins, as PDF and as Word documents."""
