# Debian 12 has no package meta, so `make reference` leaves this folder alone. With meta 6.1-0 in R's library, run in
# this folder: Rscript --vanilla synthesis_meta.R > synthesis_meta.txt
# The package meta (6.1-0, which this needs) on the same studies: pooled effects, Hartung-Knapp with its ad hoc
# correction, the prediction interval of Higgins, Thompson and Spiegelhalter, I-squared from Q, Harbord, Egger, Peters.
# Random effects with method = "Inverse": by default meta takes Q about the Mantel-Haenszel estimate.
# Data as in synthesis_pool.R.
suppressPackageStartupMessages(library(meta))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
cat("key,value\n")
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)

for (set in c("bcg", "ips", "library")) {
  d <- read.csv(paste0("../synthesis_", set, ".csv"))
  for (measure in c("RR", "OR", "RD")) for (tau in c("DL", "PM", "REML")) for (ci in c("classic", "HK", "se")) {
    m <- metabin(events_1, n_1, events_0, n_0, data = d, sm = measure, method = "Inverse", method.tau = tau,
                 hakn = ci != "classic", adhoc.hakn = if (ci == "se") "se" else "", prediction = TRUE,
                 control = if (tau == "DL") NULL else tight, method.predict = "HTS", method.tau.ci = "QP")
    key <- paste(set, measure, tau, ci, sep = ".")
    for (name in c("TE.random", "lower.random", "upper.random", "pval.random", "lower.predict", "upper.predict",
                   "tau2")) say(paste(key, name, sep = "."), m[[name]])
    if (tau == "DL" && ci == "classic") {
      for (name in c("Q", "I2", "lower.I2", "upper.I2", "H", "lower.H", "upper.H")) {
        say(paste(set, measure, name, sep = "."), m[[name]])
      }
      m <- metabin(events_1, n_1, events_0, n_0, data = d, sm = measure, method = "MH")
      for (name in c("TE.common", "seTE.common")) say(paste(set, measure, name, sep = "."), m[[name]])
    }
  }
  m <- metabin(events_1, n_1, events_0, n_0, data = d, sm = "OR", method = "Peto")
  say(paste(set, "peto.TE", sep = "."), m$TE.common)
  say(paste(set, "peto.seTE", sep = "."), m$seTE.common)
  m <- metabin(events_1, n_1, events_0, n_0, data = d, sm = "OR", method = "Inverse")
  for (test in c("Harbord", "Egger", "Peters")) {
    found <- metabias(m, method.bias = test, k.min = 3)
    say(paste(set, test, "slope", sep = "."), found$estimate["bias"])
    say(paste(set, test, "se", sep = "."), found$estimate["se.bias"])
    say(paste(set, test, "p", sep = "."), found$p.value)
  }
}
