using System.Reflection;
using Rx.Vm.Images;
using Rx.Vm.Journal;

namespace Rx.Vm.Tests;

/// <summary>Options that are one of a few words, in every record of options there is.</summary>
public class EnumOptionTests
{
    public static TheoryData<string, string> Options => [.. All().Select(p => (p.DeclaringType!.FullName!, p.Name))];

    [Theory]
    [MemberData(nameof(Options))]
    public void A_number_that_is_none_of_the_words_is_refused_by_name(string type, string property)
    {
        var options = Activator.CreateInstance(typeof(VmOptions).Assembly.GetType(type)!)!;
        var option = options.GetType().GetProperty(property)!;
        var validate = options.GetType().GetMethod("Validate", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!;
        validate.Invoke(options, null);

        option.SetValue(options, Enum.ToObject(option.PropertyType, 99));

        var refused = Assert.Throws<TargetInvocationException>(() => validate.Invoke(options, null)).InnerException;
        Assert.StartsWith(
            $"{options.GetType().Name}.{property}: 99 is none of {Enum.GetNames(option.PropertyType)[0]},",
            Assert.IsType<RxVmException>(refused).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_options_that_are_words_are_found() => Assert.Superset(
        new HashSet<string> { nameof(VmOptions.WhenProcessDies), nameof(VmOptions.Keep), nameof(JournalOptions.Sync), nameof(ImageStoreOptions.Sources) },
        All().Select(p => p.Name).ToHashSet());

    private static IEnumerable<PropertyInfo> All() =>
        from type in typeof(VmOptions).Assembly.GetExportedTypes()
        where type.Name.EndsWith("Options", StringComparison.Ordinal)
        from property in type.GetProperties()
        where property.PropertyType.IsEnum && property.CanWrite
        select property;
}
