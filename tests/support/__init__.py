"""What several test folders share: builders, assertions, services to test against."""
