"""The stack of infra/template.yaml on ministack, driven from outside: scripts/e2e."""
