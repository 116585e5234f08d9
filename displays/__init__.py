"""Every screen of a hall: the web pages, the LED player and the voice."""
