//     Underscore.js 1.8.3
//     http://underscorejs.org
(function() {}());
