# One-sided exact limits and the sizes from which a target or a band can be shown, by brute force.
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

for (case in list(c(27, 42, 0.5), c(26, 42, 0.5), c(0, 20, 0.1), c(20, 20, 0.5), c(23, 158, 0.1))) {
  above <- binom.test(case[1], case[2], case[3], alternative = "greater", conf.level = 0.95)
  below <- binom.test(case[1], case[2], case[3], alternative = "less", conf.level = 0.95)
  key <- paste0("exact.", case[1], ".", case[2], ".", case[3], ".")
  say(paste0(key, "low"), above$conf.int[1])
  say(paste0(key, "high"), below$conf.int[2])
  say(paste0(key, "p_above"), above$p.value)
  say(paste0(key, "p_below"), below$p.value)
}

lower <- function(k, n) ifelse(k == 0, 0, qbeta(0.05, k, n - k + 1))
upper <- function(k, n) ifelse(k == n, 1, qbeta(0.95, k + 1, n - k))
for (target in c(0.5, 0.1)) {
  for (n in c(20, 30, 42, 60, 100)) {
    say(paste0("count.", target, ".", n), min(which(lower(0:n, n) > target)) - 1)
  }
}
for (band in list(c(0.1, 0.2), c(0.4, 0.6), c(0.45, 0.55))) {
  n <- 1
  while (!any(lower(0:n, n) > band[1] & upper(0:n, n) < band[2])) n <- n + 1
  say(paste0("band.", band[1], ".", band[2]), n)
}
