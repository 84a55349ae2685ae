# Before and after: base R and metafor; Newcombe's paired limits and the win ratio written from the papers.
suppressMessages(library(metafor))
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

i <- 1:40
before <- 20 + (i * 7) %% 23
after <- before + (i * 11) %% 13 - 4
arm <- as.numeric(i %% 3 == 0)
paired <- t.test(after, before, paired = TRUE)
put("change", estimate = unname(paired$estimate), low = paired$conf.int[1], high = paired$conf.int[2],
    p_value = paired$p.value)
d <- escalc("SMCR", m1i = mean(after), m2i = mean(before), sd1i = sd(before), ri = cor(before, after), ni = 40)
put("standardised", estimate = c(d$yi), std_error = sqrt(d$vi))
k <- sum(after - before >= 3)
w <- prop.test(k, 40, correct = FALSE)$conf.int
put("responders", estimate = k / 40, low = w[1], high = w[2])
fit <- lm(after ~ arm + before)
put("ancova", estimate = coef(fit)[["arm"]], std_error = summary(fit)$coefficients["arm", 2],
    low = confint(fit)["arm", 1], high = confint(fit)["arm", 2], p_value = summary(fit)$coefficients["arm", 4])

paired_newcombe <- function(a, b, c, d) {  # both, later only, earlier only, neither
  n <- a + b + c + d
  w2 <- prop.test(a + b, n, correct = FALSE)$conf.int; w1 <- prop.test(a + c, n, correct = FALSE)$conf.int
  p2 <- (a + b) / n; p1 <- (a + c) / n; x <- a * d - b * c
  m <- (a + b) * (c + d) * (a + c) * (b + d)
  phi <- if (m == 0) 0 else if (x > n / 2) (x - n / 2) / sqrt(m) else if (x >= 0) 0 else x / sqrt(m)
  c((b - c) / n,
    (b - c) / n - sqrt((p2 - w2[1])^2 - 2 * phi * (p2 - w2[1]) * (w1[2] - p1) + (w1[2] - p1)^2),
    (b - c) / n + sqrt((w2[2] - p2)^2 - 2 * phi * (w2[2] - p2) * (p1 - w1[1]) + (p1 - w1[1])^2))
}
for (cells in list(c(36, 12, 2, 0), c(10, 9, 3, 20), c(0, 5, 5, 12), c(2, 6, 7, 3))) {
  x <- suppressWarnings(paired_newcombe(cells[1], cells[2], cells[3], cells[4]))
  put(paste(c("paired", cells), collapse = "_"), estimate = x[1], low = x[2], high = x[3],
      p_value = binom.test(cells[2], cells[2] + cells[3])$p.value)
}

# Win ratio: all pairs counted one by one; the variance as that of two-sample U-statistics, first projections.
step <- (i * 5) %% 8 + 2 * arm
x <- step[arm == 1]; y <- step[arm == 0]
W <- outer(x, y, ">"); L <- outer(x, y, "<"); E <- outer(x, y, "==")
ratio <- function(W, L) {
  g <- function(M) list(rowMeans(M) - mean(M), colMeans(M) - mean(M))
  v <- function(one, two) mean(one[[1]] * two[[1]]) / length(x) + mean(one[[2]] * two[[2]]) / length(y)
  w <- g(W); l <- g(L)
  c(mean(W) / mean(L), sqrt(v(w, w) / mean(W)^2 + v(l, l) / mean(L)^2 - 2 * v(w, l) / (mean(W) * mean(L))))
}
r <- ratio(W, L); o <- ratio(W + E / 2, L + E / 2)
put("win_ratio", estimate = r[1], std_error = r[2])
put("win_odds", estimate = o[1], std_error = o[2])
