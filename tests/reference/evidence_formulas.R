# Every formula of the ledger: metafor's escalc, R's own prop.test, fisher.test, chisq.test and binom intervals; the
# few that R has no function for are written out from their papers.
suppressPackageStartupMessages(library(metafor))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")
z <- qnorm(0.975)

ends <- function(key, limits) {
  say(paste0(key, ".low"), limits[1])
  say(paste0(key, ".high"), limits[2])
}

cornfield <- function(a, n1, c, n0, correction) {
  m <- a + c
  stat <- function(log_psi) {
    e <- uniroot(function(x) log(x * (n0 - m + x)) - log((n1 - x) * (m - x)) - log_psi,
                 c(max(0, m - n0) + 1e-12, min(n1, m) - 1e-12), tol = 1e-14)$root
    v <- 1 / (1 / e + 1 / (n1 - e) + 1 / (m - e) + 1 / (n0 - m + e))
    c((a - e - correction) / sqrt(v) - z, (a - e + correction) / sqrt(v) + z)
  }
  exp(c(uniroot(function(b) stat(b)[1], c(-6, 8), tol = 1e-13)$root,
        uniroot(function(b) stat(b)[2], c(-6, 8), tol = 1e-13)$root))
}

for (k in list(c(19, 41, 5, 46), c(14, 33, 1, 25), c(85, 156, 43, 156), c(8, 18, 2, 19))) {
  x1 <- k[1]; n1 <- k[2]; x0 <- k[3]; n0 <- k[4]
  p1 <- x1 / n1; p0 <- x0 / n0; d <- p1 - p0; n <- n1 + n0
  at <- function(name) paste0(paste(k, collapse = "."), ".", name)
  cells <- matrix(c(x1, n1 - x1, x0, n0 - x0), nrow = 2)

  ends(at("risk_difference.wald_corrected"), suppressWarnings(prop.test(c(x1, x0), c(n1, n0)))$conf.int)
  ends(at("risk_difference.wald"), suppressWarnings(prop.test(c(x1, x0), c(n1, n0), correct = FALSE))$conf.int)
  q1 <- (x1 + 1) / (n1 + 2); q0 <- (x0 + 1) / (n0 + 2)
  ends(at("risk_difference.agresti_caffo"),
       q1 - q0 + c(-1, 1) * z * sqrt(q1 * (1 - q1) / (n1 + 2) + q0 * (1 - q0) / (n0 + 2)))
  ends(at("risk_difference.hauck_anderson"),
       d + c(-1, 1) * (1 / (2 * min(n1, n0)) + z * sqrt(p1 * (1 - p1) / (n1 - 1) + p0 * (1 - p0) / (n0 - 1))))
  pp <- (x1 + x0) / n
  ends(at("risk_difference.wald_pooled"), d + c(-1, 1) * z * sqrt(pp * (1 - pp) * (1 / n1 + 1 / n0)))
  w1 <- suppressWarnings(prop.test(x1, n1))$conf.int; w0 <- suppressWarnings(prop.test(x0, n0))$conf.int
  ends(at("risk_difference.newcombe_corrected"),
       c(d - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2), d + sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2)))

  log_limits <- function(measure, ...) {
    got <- summary(escalc(measure, ai = x1, n1i = n1, ci = x0, n2i = n0, digits = 15, ...), digits = 15)
    exp(c(got$ci.lb, got$ci.ub))
  }
  ends(at("risk_ratio.katz"), log_limits("RR"))
  ends(at("odds_ratio.woolf"), log_limits("OR"))
  ends(at("odds_ratio.woolf_half"), log_limits("OR", add = 0.5, to = "all"))
  h1 <- (x1 + .5) / (n1 + .5); h0 <- (x0 + .5) / (n0 + .5)
  ends(at("risk_ratio.katz_half"),
       h1 / h0 * exp(c(-1, 1) * z * sqrt(1 / (x1 + .5) - 1 / (n1 + .5) + 1 / (x0 + .5) - 1 / (n0 + .5))))
  ends(at("odds_ratio.cornfield"), cornfield(x1, n1, x0, n0, 0))
  ends(at("odds_ratio.cornfield_corrected"), cornfield(x1, n1, x0, n0, 0.5))
  exact <- fisher.test(cells)
  # fisher.test stops its roots at 1e-4: the same equations, solved on.
  seen <- max(0, x1 + x0 - n0):min(n1, x1 + x0)
  tail <- function(log_psi, keep) { w <- dhyper(seen, n1, n0, x1 + x0) * exp(log_psi * (seen - mean(seen))); sum(w[keep]) / sum(w) }
  root <- function(f) exp(uniroot(f, c(-6, 9), tol = 1e-14)$root)
  limits <- c(root(function(b) tail(b, seen >= x1) - 0.025), root(function(b) tail(b, seen <= x1) - 0.025))
  stopifnot(all(abs(limits / exact$conf.int - 1) < 0.01))
  ends(at("odds_ratio.exact"), limits)
  mean_of <- function(b) { w <- dhyper(seen, n1, n0, x1 + x0) * exp(b * (seen - mean(seen))); sum(seen * w) / sum(w) }
  say(at("odds_ratio.exact_conditional.estimate"), root(function(b) mean_of(b) - x1))

  say(at("p_value.fisher.estimate"), exact$p.value)
  say(at("p_value.fisher_one_sided.estimate"), fisher.test(cells, alternative = "greater")$p.value)
  plain <- suppressWarnings(chisq.test(cells, correct = FALSE))
  say(at("chi_squared.pearson.estimate"), plain$statistic)
  say(at("p_value.pearson.estimate"), plain$p.value)
  yates <- suppressWarnings(chisq.test(cells))
  say(at("chi_squared.yates.estimate"), yates$statistic)
  say(at("p_value.yates.estimate"), yates$p.value)
  treated <- rep(c(1, 1, 0, 0), c(x1, n1 - x1, x0, n0 - x0)); event <- rep(c(1, 0, 1, 0), c(x1, n1 - x1, x0, n0 - x0))
  linear <- (n - 1) * cor(treated, event)^2
  say(at("chi_squared.n_minus_1.estimate"), linear)
  say(at("p_value.n_minus_1.estimate"), pchisq(linear, 1, lower.tail = FALSE))
  say(at("chi_squared.likelihood_ratio.estimate"), anova(glm(event ~ treated, binomial), test = "LRT")$Deviance[2])

  half <- escalc("AS", ai = x1, n1i = n1, ci = x0, n2i = n0)
  say(at("standardised_difference.cohen_h.estimate"), 2 * half$yi)
  ends(at("standardised_difference.cohen_h"), 2 * half$yi + c(-1, 1) * z * 2 * sqrt(half$vi))
  logit <- escalc("OR2DL", ai = x1, n1i = n1, ci = x0, n2i = n0)
  say(at("standardised_difference.d_logit.estimate"), logit$yi)
  ends(at("standardised_difference.d_logit"), logit$yi + c(-1, 1) * z * sqrt(logit$vi))
  probit <- escalc("PBIT", ai = x1, n1i = n1, ci = x0, n2i = n0)
  say(at("standardised_difference.d_probit.estimate"), probit$yi)
}

for (k in list(c(25, 81), c(1, 44), c(8, 76), c(50, 60))) {
  at <- function(name) paste0("share.", paste(k, collapse = "."), ".", name)
  x <- k[1]; n <- k[2]
  ends(at("wilson"), suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int)
  ends(at("wilson_corrected"), suppressWarnings(prop.test(x, n))$conf.int)
  ends(at("clopper_pearson"), binom.test(x, n)$conf.int)
  centre <- (x + z^2 / 2) / (n + z^2)
  ends(at("agresti_coull"), pmax(centre + c(-1, 1) * z * sqrt(centre * (1 - centre) / (n + z^2)), 0))
  ends(at("jeffreys"), qbeta(c(0.025, 0.975), x + 0.5, n - x + 0.5))
  ends(at("wald"), x / n + c(-1, 1) * z * sqrt(x / n * (1 - x / n) / n))
}

# Two means with their standard deviations, turned into samples that have exactly those.
set.seed(1)
exactly <- function(n, mean, sd) mean + sd * as.numeric(scale(rnorm(n)))
one <- exactly(42, 9264, 13294); two <- exactly(43, 2601, 6009)
say("means.welch", t.test(one, two)$p.value)
say("means.student", t.test(one, two, var.equal = TRUE)$p.value)
