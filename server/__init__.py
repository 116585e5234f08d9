"""Runs halls in real time: ledger, bus, HTTP and WebSocket, notifications, reports, accounts."""
