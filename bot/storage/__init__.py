"""The only SQL: a store with one write lane, numbered migrations, and one module an aggregate."""
