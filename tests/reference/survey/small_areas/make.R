# Reference numbers of the Fay-Herriot model by metafor, which fits it as a meta-regression:
# tau2 is the variance of area effects ("PM" is the moment equation of Fay and Herriot), blup() the
# prediction; its squared error is g1 + g2 of Prasad and Rao. Inputs come from a formula, so that
# the tests make the same ones without a file:  Rscript make.R > metafor.json
suppressMessages(library(metafor))

noise <- function(m, k) qnorm(((1:m) * c(0.6180339887498949, 0.4142135623730951, 0.7320508075688772,
                                         0.2360679774997898, 0.6457513110645906)[k]) %% 1 * 0.998 + 0.001)

sets <- list(
  m15 = function() { m <- 15; d <- 4 + 60 / (10 + 12 * (0:(m - 1)))
    data.frame(y = 62 + 3.1 * noise(m, 1) + 0.9 * sqrt(d) * noise(m, 2), d = d, x1 = noise(m, 3)) },
  m40 = function() { m <- 40; d <- 320 / (10 + (37 * (1:m)) %% 191); x <- noise(m, 3); z <- noise(m, 4)^2
    data.frame(y = 70 + 2 * x - z + 2.5 * noise(m, 1) + sqrt(d) * noise(m, 2), d = d, x1 = x, x2 = z,
               x3 = 1000 + 200 * ((1:m) %% 3)) },
  near_zero = function() { m <- 60; d <- 320 / (20 + (53 * (1:m)) %% 181); x <- noise(m, 3)
    data.frame(y = 55 + x + 0.5 * noise(m, 1) + 1.0 * sqrt(d) * noise(m, 2), d = d, x1 = x) },
  zero = function() { m <- 30; d <- 8 + (1:m) %% 7
    data.frame(y = 55 + 0.5 * sqrt(d) * noise(m, 2), d = d, x1 = noise(m, 3)) },
  m400 = function() { m <- 400; d <- 320 / (10 + (97 * (1:m)) %% 191); x <- noise(m, 3); z <- noise(m, 4)
    data.frame(y = 64 + 2 * x - 0.5 * z + 3 * noise(m, 1) + sqrt(d) * noise(m, 2), d = d, x1 = x, x2 = z) })

number <- function(v) paste0("[", paste(formatC(as.numeric(v), digits = 17, format = "g"), collapse = ", "), "]")
out <- c()
for (name in names(sets)) {
  data <- sets[[name]]()
  mods <- as.matrix(data[, grep("^x", names(data)), drop = FALSE])
  some <- unique(round(seq(1, nrow(data), length.out = min(nrow(data), 40))))
  for (method in c("REML", "ML", "PM")) {
    fit <- suppressWarnings(rma(data$y, data$d, mods = mods, method = method, test = "z", tau2.max = 1e4,
               control = list(threshold = 1e-12, tol = 1e-12, maxiter = 100000, stepadj = 1)))
    predicted <- blup(fit)
    out <- c(out, sprintf('"%s.%s": {"tau2": %s, "beta": %s, "beta_cov": %s, "loglike": %s, "areas": %s, "blup": %s, "se": %s}',
      name, method, number(fit$tau2), number(fit$beta), number(fit$vb),
      number(fit$fit.stats["ll", if (method == "REML") "REML" else "ML"]), number(some - 1),
      number(predicted$pred[some]), number(predicted$se[some])))
  }
}
cat("{", paste(out, collapse = ",\n"), "}", sep = "\n")
