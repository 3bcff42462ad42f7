using System.Reflection;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>
/// Every option that is a time, found by reflection: what cannot be meant is refused by name, infinite and enormous times are accepted, and
/// each is waited out for as long as it says. A new option fails here until it has its scenario.
/// </summary>
public class TimeLimitOptionTests
{
    private static readonly TimeSpan[] Legal =
        [TimeSpan.FromTicks(1), TimeSpan.FromDays(60), TimeSpan.FromDays(40_000), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan];

    /// <summary>Where zero is a time like others: no pause, and no need to last.</summary>
    private static readonly string[] MayBeZero = ["QmpBatchPolicy.RetryDelay", "QmpReconnectPolicy.StableAfter"];

    public static TheoryData<string> Options => [.. Properties().Select(Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Infinite_and_enormous_times_are_accepted(string option) =>
        Assert.All(Legal, limit => Validate(option, limit));

    [Theory]
    [MemberData(nameof(Options))]
    public void Times_that_cannot_be_meant_are_refused_by_name(string option)
    {
        TimeSpan[] wrong = [TimeSpan.FromTicks(-1), TimeSpan.FromSeconds(-1), TimeSpan.MinValue];
        Assert.All(MayBeZero.Contains(option) ? wrong : [.. wrong, TimeSpan.Zero], limit =>
        {
            var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => Validate(option, limit));
            Assert.Equal(option[(option.IndexOf('.', StringComparison.Ordinal) + 1)..], refusal.ParamName);
        });
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_time_is_waited_out_however_long_it_is_and_an_infinite_one_never_ends(string option)
    {
        var isOver = TimeLimitScenarios.All[option];
        Assert.False(isOver(TimeSpan.FromDays(60), TimeSpan.FromDays(59)), "too early");
        Assert.True(isOver(TimeSpan.FromDays(60), TimeSpan.FromDays(61)), "not at all");
        Assert.False(isOver(TimeSpan.MaxValue, TimeSpan.FromDays(1000)), "the longest time there is ended");
        Assert.False(isOver(Timeout.InfiniteTimeSpan, TimeSpan.FromDays(1000)), "no time at all ended");
    }

    private static IEnumerable<PropertyInfo> Properties() =>
        from type in typeof(QmpClient).Assembly.GetExportedTypes()
        where type.GetConstructor([]) is not null
        from property in type.GetProperties()
        where property.PropertyType == typeof(TimeSpan) || property.PropertyType == typeof(TimeSpan?)
        where property.SetMethod is { IsPublic: true }
        select property;

    private static string Name(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}";

    private static void Validate(string option, TimeSpan limit)
    {
        var property = Properties().Single(p => Name(p) == option);
        object options = property.DeclaringType == typeof(QmpReconnectPolicy) ? QmpReconnectPolicy.Always with { MaxRetries = 1 }
            : Activator.CreateInstance(property.DeclaringType!)!;
        property.SetValue(options, limit);
        var validate = property.DeclaringType!.GetMethod("Validate", BindingFlags.Instance | BindingFlags.NonPublic, [])!;
        validate.Invoke(options, BindingFlags.DoNotWrapExceptions, null, null, null);
    }
}
