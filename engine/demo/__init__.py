"""Makes the demo album: a shoot derived from photographs that come inside packages of the Python index."""
