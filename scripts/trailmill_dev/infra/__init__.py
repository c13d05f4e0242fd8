"""infra/template.yaml: its rules, mistakes that the rules must see, and its Glue tables."""
