# metafor's risk ratio, odds ratio and risk difference of published-looking counts.
suppressPackageStartupMessages(library(metafor))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

for (counts in list(c(19, 41, 5, 46), c(60, 103, 35, 104), c(3, 200, 9, 190))) {
  for (measure in c("RR", "OR", "RD")) {
    got <- escalc(measure, ai = counts[1], n1i = counts[2], ci = counts[3], n2i = counts[4], digits = 15)
    limits <- summary(got, digits = 15)
    key <- paste0(measure, ".", paste(counts, collapse = "."), ".")
    say(paste0(key, "value"), as.numeric(got$yi))
    say(paste0(key, "std_error"), sqrt(as.numeric(got$vi)))
    say(paste0(key, "low"), as.numeric(limits$ci.lb))
    say(paste0(key, "high"), as.numeric(limits$ci.ub))
    say(paste0(key, "p"), as.numeric(limits$pval))
  }
}
