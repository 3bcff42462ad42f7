using System.Reactive.Concurrency;
using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(Rx.Qmp.Tests.Limits.LimitedTestFramework))]

namespace Rx.Qmp.Tests.Limits;

/// <summary>
/// xunit with a time limit for every test: asynchronous ones without a <c>Timeout</c> get one, and a <see cref="HangWatch"/> ends a run in
/// which nothing finishes any more.
/// </summary>
internal sealed class LimitedTestFramework : XunitTestFramework
{
    /// <inheritdoc/>
    protected override ITestFrameworkDiscoverer CreateDiscoverer(Assembly assembly) =>
        new Discoverer(Of(assembly), TestLimits.Current);

    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly) =>
        new Executor(Of(assembly), TestLimits.Current);

    /// <summary>Whether xunit can limit a test: it can only stop waiting for one that awaits.</summary>
    internal static bool IsAsync(MethodInfo method) =>
        typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(ValueTask);

    private IXunitTestAssembly Of(Assembly assembly) => ((XunitTestFrameworkDiscoverer)base.CreateDiscoverer(assembly)).TestAssembly;

    private sealed class Discoverer(IXunitTestAssembly assembly, TestLimits limits) : XunitTestFrameworkDiscoverer(assembly)
    {
        protected override ValueTask<bool> FindTestsForMethod(
            IXunitTestMethod testMethod, ITestFrameworkDiscoveryOptions discoveryOptions, Func<ITestCase, ValueTask<bool>> discoveryCallback)
        {
            if (!PlantedFactAttribute.AreWanted && testMethod.FactAttributes.OfType<PlantedFactAttribute>().Any())
            {
                return new(true);
            }

            // The attributes are the method's own objects, read by what makes its test cases.
            foreach (var fact in testMethod.FactAttributes.OfType<FactAttribute>())
            {
                if (fact.Timeout == 0 && IsAsync(testMethod.Method))
                {
                    fact.Timeout = (int)(IsSlow(testMethod) ? limits.SlowTest : limits.Test).TotalMilliseconds;
                }
            }

            return base.FindTestsForMethod(testMethod, discoveryOptions, discoveryCallback);
        }

        private static bool IsSlow(IXunitTestMethod method) =>
            method.Traits.TryGetValue(SlowAttribute.Trait, out var lanes) && lanes.Contains(SlowAttribute.Lane);
    }

    private sealed class Executor(IXunitTestAssembly assembly, TestLimits limits) : XunitTestFrameworkExecutor(assembly)
    {
        public override async ValueTask RunTestCases(
            IReadOnlyCollection<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions,
            CancellationToken cancellationToken)
        {
            using var watch = new HangWatch(executionMessageSink, limits.Silence, ImmediateScheduler.Instance, Console.Error);
            watch.Start();
            var run = Task.Run(
                () => base.RunTestCases(testCases, watch, executionOptions, cancellationToken).AsTask(), CancellationToken.None);
            await await Task.WhenAny(run, watch.Hung);
        }
    }
}
