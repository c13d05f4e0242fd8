def check_queries(lake, path): return "todo"
