using System.Reflection;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Tests.Images;

namespace Rx.Vm.Tests;

/// <summary>
/// Every option that is a time, found by reflection: what cannot be meant is refused by name, infinite and enormous times are accepted. That
/// they are waited out is shown where the waits are: the machine's in DeadlineTimersTests, the store's here.
/// </summary>
public class TimeLimitOptionTests
{
    private static readonly TimeSpan[] Legal =
        [TimeSpan.FromTicks(1), TimeSpan.FromDays(60), TimeSpan.FromDays(40_000), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan];

    private static readonly TimeSpan[] Wrong = [TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.FromSeconds(-1), TimeSpan.MinValue];

    /// <summary>How a user's options of a type come to be judged.</summary>
    private static readonly Dictionary<Type, Action<object>> Judges = new()
    {
        [typeof(VmTimeouts)] = timeouts => new VmOptions { Timeouts = (VmTimeouts)timeouts }.Validate(),
        [typeof(ExecOptions)] = options => ProcessRules.CheckExec("web", ["true"], (ExecOptions)options),
        [typeof(ImageStoreOptions)] = options => ((ImageStoreOptions)options).Validate(),
    };

    public static TheoryData<string> Options => [.. Properties().Select(Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Infinite_and_enormous_times_are_accepted(string option) => Assert.All(Legal, limit => Judge(option, limit));

    [Theory]
    [MemberData(nameof(Options))]
    public void Times_that_cannot_be_meant_are_refused_by_name(string option) => Assert.All(Wrong, limit =>
    {
        var refusal = Assert.ThrowsAny<RxVmException>(() => Judge(option, limit));
        Assert.Contains($".{option.Split('.')[1]}: must be more than 0, or infinite", refusal.Message, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void Every_time_of_a_machine_is_that_of_a_deadline_of_its_name()
    {
        foreach (var kind in Enum.GetValues<DeadlineKind>())
        {
            var name = kind == DeadlineKind.Quit ? nameof(VmTimeouts.Kill) : kind.ToString();
            var timeouts = new VmTimeouts();
            typeof(VmTimeouts).GetProperty(name)!.SetValue(timeouts, TimeSpan.FromDays(60));
            Assert.Equal(TimeSpan.FromDays(60), timeouts.For(kind));
        }
    }

    [Theory]
    [InlineData(60, 59, false)]
    [InlineData(60, 61, true)]
    [InlineData(10_675_199, 1000, false)]
    [InlineData(-1, 1000, false)]
    public async Task A_build_is_given_the_time_it_was_allowed(int days, int after, bool isOver)
    {
        using var fixture = new StoreFixture();
        fixture.Options = fixture.Options with
        {
            BuildTimeout = days < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromDays(days),
            SqfstarPath = fixture.Files.Script("sqfstar", "exec sleep 1000"),
        };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(StoreFixture.Token);
        var build = fixture.Open().ResolveAsync(fixture.Tar(), cancel.Token);
        fixture.Clock.AdvanceBy(TimeSpan.FromDays(after));
        if (isOver)
        {
            Assert.Equal(ImageError.TimedOut, (await Assert.ThrowsAsync<ImageException>(() => build)).Error);
            return;
        }

        Assert.False(build.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
    }

    private static IEnumerable<PropertyInfo> Properties() =>
        from type in typeof(VmHost).Assembly.GetExportedTypes()
        where type.GetConstructor([]) is not null && type != typeof(VmState)
        from property in type.GetProperties()
        where property.PropertyType == typeof(TimeSpan) || property.PropertyType == typeof(TimeSpan?)
        where property.SetMethod is { IsPublic: true }
        select property;

    private static string Name(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}";

    private static void Judge(string option, TimeSpan limit)
    {
        var property = Properties().Single(p => Name(p) == option);
        object options = property.DeclaringType == typeof(ImageStoreOptions) ? new ImageStoreOptions { Directory = "/x" }
            : Activator.CreateInstance(property.DeclaringType!)!;
        property.SetValue(options, limit);
        Judges[property.DeclaringType!](options);
    }
}
