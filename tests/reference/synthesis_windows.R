# The library's pools of competitive employment as metafor makes them; run in this folder: Rscript synthesis_windows.R
# synthesis_windows.csv: the rows of each pool, by follow-up without a stated dose, then every follow-up together.
library(metafor)

rows <- read.csv("synthesis_windows.csv")
out <- character()
told <- function(...) {
  values <- c(...)
  out <<- c(out, sprintf("%s.%s,%.12g", pool, names(values), values))
}
exact <- list(stepadj = 0.5, threshold = 1e-12, maxiter = 10000)
for (pool in unique(rows$pool)) {
  mine <- rows[rows$pool == pool, ]
  es <- escalc("RR", ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = mine)
  fit <- rma(yi, vi, data = es, method = "REML", test = "adhoc", control = exact)
  half <- qt(0.975, fit$k - 2) * sqrt(fit$tau2 + fit$se^2)
  common <- rma.mh(events_1, n1i = n_1, ci = events_0, n2i = n_0, data = mine, measure = "RR")
  told(k = fit$k, beta = c(fit$beta), ci.lb = fit$ci.lb, ci.ub = fit$ci.ub, pi.lb = c(fit$beta) - half,
       pi.ub = c(fit$beta) + half, tau2 = fit$tau2, mh = common$beta[[1]], mh.lb = common$ci.lb, mh.ub = common$ci.ub)
  if (pool == "mixed") {
    slope <- rma(yi, vi, mods = ~ I(months / 12) + I(year / 10), data = es, method = "REML", test = "adhoc",
                 control = exact)
    told(months = slope$beta[2], year = slope$beta[3], se.months = slope$se[2], se.year = slope$se[3])
  }
}
writeLines(c("key,value", out), "synthesis_windows.txt")
