"""Ready-made settings of five districts, as text: published counts with their sources, and assumptions marked as such."""
