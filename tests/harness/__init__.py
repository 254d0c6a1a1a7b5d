"""What every test stands on: a real PostgreSQL, the sandbox, the web application and a browser, each as a fixture."""
