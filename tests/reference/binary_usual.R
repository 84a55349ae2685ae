# Agresti-Coull, Jeffreys, Agresti-Caffo from their definitions; Fisher's by noncentral hypergeometric sums and fisher.test.
z <- qnorm(0.975)
put <- function(...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 2000)$root
cat("case,key,value\n")
share <- function(x, n) {
  m <- (x + z^2 / 2) / (n + z^2); h <- z * sqrt(m * (1 - m) / (n + z^2))
  j <- qbeta(c(.025, .975), x + .5, n - x + .5)
  put(agresti_coull.low = max(m - h, 0), agresti_coull.high = min(m + h, 1),
      jeffreys.low = if (x == 0) 0 else j[1], jeffreys.high = if (x == n) 1 else j[2])
}
two <- function(x1, n1, x0, n0) {
  q1 <- (x1 + 1) / (n1 + 2); q0 <- (x0 + 1) / (n0 + 2)
  h <- z * sqrt(q1 * (1 - q1) / (n1 + 2) + q0 * (1 - q0) / (n0 + 2))
  put(agresti_caffo.low = q1 - q0 - h, agresti_caffo.high = q1 - q0 + h)
  k <- x1 + x0
  if (k == 0 || k == n1 + n0) return(invisible())
  s <- max(0, k - n0):min(k, n1); base <- dhyper(s, n1, n0, k, log = TRUE)
  p <- function(log_r) { d <- base + log_r * s; d <- exp(d - max(d)); d / sum(d) }
  find <- function(f) exp(root(f, -30, 30))
  put(fisher.estimate = if (x1 == min(s)) 0 else if (x1 == max(s)) Inf else find(function(r) sum(s * p(r)) - x1),
      fisher.low = if (x1 == min(s)) 0 else find(function(r) sum(p(r)[s >= x1]) - .025),
      fisher.high = if (x1 == max(s)) Inf else find(function(r) sum(p(r)[s <= x1]) - .025),
      fisher.p_value = fisher.test(matrix(c(x1, x0, n1 - x1, n0 - x0), 2))$p.value)
}
for (one in list(c(19, 41), c(0, 12), c(12, 12), c(3, 40), c(140, 185))) {
  case <- paste(one, collapse = "_"); share(one[1], one[2])
}
for (one in list(c(19, 41, 5, 46), c(12, 60, 10, 55), c(140, 185, 168, 260), c(0, 12, 4, 15), c(9, 9, 4, 11),
                 c(0, 10, 0, 12), c(3, 5, 1, 30))) {
  case <- paste(one, collapse = "_"); two(one[1], one[2], one[3], one[4])
}
