"""Who may do what: accounts of people, their sessions, devices of halls, and the table of rights."""
