# State occupation month by month by survfit for several states, with its influences; steget_eval.methods.effects.occupation.
suppressPackageStartupMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")
n <- 60; M <- 12
path <- t(sapply(1:n, function(i) {
  s <- numeric(M + 1); s[1] <- i %% 3
  for (m in 1:M) s[m + 1] <- if (((i * 7 + m * 5 + i * m) %% 11) < 3) (s[m] + 1 + (i + m) %% 2) %% 3 else s[m]
  last <- if (i %% 4 == 0) 4 + (i * 3) %% 9 else M  # the last month point seen
  if (last < M) s[(last + 2):(M + 1)] <- -1
  s
}))
a <- as.numeric((1:n) %% 5 < 2); site <- (1:n) %% 9
moves <- list()
for (arm in 1:0) {
  rows <- do.call(rbind, lapply(which(a == arm), function(i) {
    last <- max(which(path[i, ] >= 0)) - 1
    event <- sapply(1:last, function(m) if (path[i, m + 1] != path[i, m]) path[i, m + 1] + 1 else 0)
    data.frame(id = i, start = 0:(last - 1), stop = 1:last, event = event, state0 = path[i, 1:last] + 1)
  }))
  rows$event <- factor(rows$event, 0:3, c("censor", "s0", "s1", "s2"))
  rows$first <- factor(rows$state0, 1:3, c("s0", "s1", "s2"))
  fit <- survfit(Surv(start, stop, event) ~ 1, data = rows, id = id, istate = first, influence = TRUE)
  at <- match(c("s0", "s1", "s2"), fit$states)
  infl <- fit$influence.pstate[, , at]
  for (m in c(1, 6, 11)) {
    k <- which(fit$time == m)
    for (s in 1:3) {
      say(sprintf("share.%d.%d.%d", arm, m, s - 1), fit$pstate[k, at[s]])
      say(sprintf("share_se.%d.%d.%d", arm, m, s - 1), fit$std.err[k, at[s]])
    }
  }
  keep <- which(fit$time < M)
  lead <- dim(infl)[2] - length(fit$time)  # the influence on where people begin may stand first
  shares <- rbind(fit$p0[at], fit$pstate[keep, at])
  first <- sapply(0:2, function(s) { here <- path[a == arm, 1] == s; (here - mean(here)) / sum(a == arm) })
  moved <- sapply(1:3, function(s) first[, s] + rowSums(infl[, keep + lead, s]))
  for (s in 1:3) {
    say(sprintf("months.%d.%d", arm, s - 1), sum(shares[, s]))
    say(sprintf("months_se.%d.%d", arm, s - 1), sqrt(sum(moved[, s]^2)))
    say(sprintf("cluster_se.%d.%d", arm, s - 1), sqrt(sum(rowsum(moved[, s], site[a == arm])^2)))
  }
}
