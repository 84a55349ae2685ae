# metafor's meta-regression, subgroups, small-study tests, trim and fill, leave-one-out and cumulative analysis.
# Data as in synthesis_pool.R.
suppressPackageStartupMessages(library(metafor))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
cat("key,value\n")
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)
d <- read.csv("synthesis_bcg.csv")
e <- escalc("RR", ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d, digits = 15)
o <- escalc("OR", ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d, digits = 15)

for (method in c("DL", "PM", "REML")) for (test in c("z", "knha", "adhoc")) for (k in 1:2) {
  mods <- if (k == 1) ~ latitude else ~ latitude + year
  m <- rma(yi, vi, mods = mods, data = e, method = method, test = test, control = tight, digits = 15)
  key <- paste("mods", k, method, test, sep = ".")
  for (i in seq_along(m$beta)) for (name in c("beta", "se", "ci.lb", "ci.ub", "pval")) {
    say(paste(key, i - 1, name, sep = "."), m[[name]][i])
  }
  for (name in c("tau2", "QM", "QMp", "QE", "QEp", "R2")) say(paste(key, name, sep = "."), m[[name]])
  say(paste(key, "I2", sep = "."), m$I2)
}
ci <- confint(rma(yi, vi, mods = ~latitude, data = e, control = tight),
              control = list(tol = 1e-14, maxiter = 10000))$random
say("mods.1.tau2.lb", ci["tau^2", "ci.lb"])
say("mods.1.tau2.ub", ci["tau^2", "ci.ub"])

far <- ifelse(d$latitude >= 40, "far", "near")
for (test in c("z", "knha")) {
  parts <- lapply(c("far", "near"), function(g) {
    rma(yi, vi, data = e[far == g, ], test = test, control = tight, digits = 15)
  })
  for (i in 1:2) say(paste("group", test, i - 1, "beta", sep = "."), parts[[i]]$beta)
  both <- rma(c(parts[[1]]$beta, parts[[2]]$beta), sei = c(parts[[1]]$se, parts[[2]]$se), method = "FE", digits = 15)
  say(paste("group", test, "Q", sep = "."), both$QE)
  say(paste("group", test, "Qp", sep = "."), both$QEp)
}

egger <- regtest(yi, vi, data = e, model = "lm")
fit <- summary(egger$fit)$coefficients
say("egger.slope", fit[2, 1]); say("egger.se", fit[2, 2]); say("egger.p", fit[2, 4])
x <- d$events_1 + d$events_0; n <- d$n_1 + d$n_0
fit <- summary(lm(o$yi ~ I(1 / n), weights = 1 / (1 / x + 1 / (n - x))))$coefficients
say("peters.slope", fit[2, 1]); say("peters.se", fit[2, 2]); say("peters.p", fit[2, 4])

for (side in c("left", "right")) for (method in c("FE", "DL")) {
  m <- trimfill(rma(yi, vi, data = e, method = method, digits = 15), side = side, estimator = "L0", control = list())
  for (name in c("beta", "se", "k0")) say(paste("trim", side, method, name, sep = "."), m[[name]])
}
ips <- read.csv("synthesis_ips.csv")
ie <- escalc("RR", ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = ips, digits = 15)
for (method in c("FE", "DL")) {
  m <- trimfill(rma(yi, vi, data = ie, method = method, digits = 15), side = "left", estimator = "L0")
  for (name in c("beta", "se", "k0")) say(paste("trim.ips", method, name, sep = "."), m[[name]])
}

m <- rma(yi, vi, data = e, control = tight, digits = 15)
out <- leave1out(m, digits = 15)
for (i in 1:13) for (name in c("estimate", "se", "tau2")) say(paste("out", i - 1, name, sep = "."), out[[name]][i])
cum <- cumul(m, order = d$year, digits = 15)
for (i in 2:13) for (name in c("estimate", "se", "tau2")) say(paste("cumul", i - 2, name, sep = "."), cum[[name]][i])
mh <- leave1out(rma.mh(measure = "RR", ai = events_1, n1i = n_1, ci = events_0, n2i = n_0, data = d), digits = 15)
for (i in 1:13) say(paste("out.mh", i - 1, "estimate", sep = "."), mh$estimate[i])
