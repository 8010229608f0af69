"""Laws of an active feature's value for which expected losses are known, one file a family."""
