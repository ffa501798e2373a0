'use strict';

module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__test__/**/*.test.js'],
  modulePathIgnorePatterns: ['<rootDir>/target/'],
  testTimeout: 20_000,
  // Most tests wait for something: two at a time take half as long on one core, too.
  maxWorkers: 2,
};
