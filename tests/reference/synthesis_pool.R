# metafor's pooled effects, heterogeneity and prediction intervals.
# synthesis_bcg.csv: thirteen trials of BCG vaccine, as printed by Colditz et al. (1994), JAMA 271:698-702
# (doi 10.1001/jama.1994.03510330076038), in the counts of Berkey et al. (1995), doi 10.1002/sim.4780140406.
# synthesis_ips.csv: six trials of Individual Placement and Support tabulated by Probyn et al. (2021), PMC8724223;
# counts reconstructed from the printed risk ratios except Poremski's, which were printed.
# synthesis_library.csv: the trials of data/trials that tell of competitive employment within 12 months with no minimum
# dose stated, cited row by row; counts reconstructed from what was printed.
# synthesis_zero.csv: made up, to have every kind of empty cell.
suppressPackageStartupMessages(library(metafor))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
cat("key,value\n")
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)
row <- function(key, m) {
  for (name in c("beta", "se", "ci.lb", "ci.ub", "pval")) say(paste(key, name, sep = "."), m[[name]])
}
read <- function(name) read.csv(paste0("synthesis_", name, ".csv"))

for (set in c("bcg", "ips", "library", "zero")) {
  d <- read(set)
  for (measure in c("RR", "OR", "RD")) {
    m <- rma.mh(measure = measure, ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d, digits = 15)
    row(paste(set, measure, "mh", sep = "."), m)
    if (set == "bcg") for (i in seq_len(nrow(d))) say(paste(set, measure, "mh.weight", i - 1, sep = "."), weights(m)[i])
    e <- escalc(measure, ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d,
                drop00 = measure != "RD", digits = 15)
    e <- e[!is.na(e$yi), ]
    row(paste(set, measure, "iv", sep = "."), rma(yi, vi, data = e, method = "FE", digits = 15))
    for (method in c("DL", "PM", "REML")) for (test in c("z", "knha", "adhoc")) {
      m <- rma(yi, vi, data = e, method = method, test = test, control = tight, digits = 15)
      key <- paste(set, measure, method, test, sep = ".")
      row(key, m)
      say(paste0(key, ".tau2"), m$tau2)
      p <- predict(m, digits = 15)
      say(paste0(key, ".pi.lb"), p$pi.lb)
      say(paste0(key, ".pi.ub"), p$pi.ub)
      if (test == "z") {
        ci <- confint(m, control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000), digits = 15)$random
        for (what in c("tau^2", "tau", "I^2(%)", "H^2")) for (end in c("estimate", "ci.lb", "ci.ub")) {
          say(paste(key, what, end, sep = "."), ci[what, end])
        }
        say(paste0(key, ".QE"), m$QE)
        say(paste0(key, ".QEp"), m$QEp)
      }
    }
  }
  m <- rma.peto(ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d, digits = 15)
  row(paste(set, "OR.peto", sep = "."), m)
}
e <- escalc("MD", m1i = c(12.1, 9.8, 15.2), sd1i = c(10.2, 8.1, 14), n1i = c(40, 55, 30),
            m2i = c(6, 7.2, 5.9), sd2i = c(9.1, 7.7, 10), n2i = c(41, 50, 33), digits = 15)
row("md.MD.REML.knha", rma(yi, vi, data = e, test = "knha", control = tight, digits = 15))
