# The comparison's protocol on records bent towards every edge of a window (thread_edges/build.py).
source("thread_methods/methods.R"); source("thread_methods/persons.R"); source("thread_methods/comparison.R"); source("thread_methods/timed.R")
cat("key,value\n")
in_protocol <- "edges"
compare_sydnarke("thread_edges")
