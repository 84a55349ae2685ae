# Subdistribution hazards: cmprsk on days without ties, survival's finegray on tied days (ratios; Breslow's ties).
suppressMessages({library(survival); library(cmprsk)})
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

i <- 1:150
u <- ((i * 61) %% 151) / 151; v <- ((i * 97) %% 151) / 151
a <- as.numeric(i %% 3 == 0); x <- ((i * 29) %% 151) / 75 - 1
t <- rank(-log(u) / exp(.5 * a - .3 * x), ties.method = "first") * 7  # every day once
d <- ifelse(v < .25, 0, ifelse(v < .62 + .1 * a, 1, 2))
for (case in c("arm", "both")) {
  Z <- if (case == "arm") cbind(a) else cbind(a, x)
  for (cause in 1:2) {
    f <- crr(t, d, Z, failcode = cause, cencode = 0, gtol = 1e-12, maxiter = 100)
    for (k in seq_len(ncol(Z))) {
      out <- list(f$coef[[k]], sqrt(f$var[k, k])); names(out) <- paste0(c("beta_", "error_"), k)
      do.call(put, c(sprintf("crr_%s_%d", case, cause), out))
    }
  }
}
tied <- ceiling(t / 70)
w <- finegray(Surv(tied, factor(d, 0:2)) ~ a + x, etype = "1")
f <- coxph(Surv(fgstart, fgstop, fgstatus) ~ a + x, weights = fgwt, data = w, ties = "breslow",
           control = coxph.control(eps = 1e-11, iter.max = 100))
put("tied", beta_1 = coef(f)[[1]], beta_2 = coef(f)[[2]])
cox <- coxph(Surv(tied, d > 0) ~ a + x, ties = "breslow", robust = TRUE, control = coxph.control(eps = 1e-11))
put("no_competing", beta_1 = coef(cox)[[1]], error_1 = sqrt(cox$var[1, 1]))
