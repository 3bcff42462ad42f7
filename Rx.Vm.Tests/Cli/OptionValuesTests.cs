using System.CommandLine;
using System.CommandLine.Help;
using Rx.Vm.Cli;
using Rx.Vm.Cli.Commands;
using Rx.Vm.Cli.Running;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Cli;

/// <summary>What the options of every command take, and how anything else is refused.</summary>
public class OptionValuesTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData(" NAME")]
    [InlineData("NAME,OTHER")]
    [InlineData("NAME ")]
    public void An_option_of_names_takes_nothing_but_one_of_them(string form)
    {
        foreach (var (command, option) in Choices())
        {
            var names = Enum.GetNames(option.ValueType);
            var value = form.Replace("NAME", names[0], StringComparison.Ordinal).Replace("OTHER", names[1], StringComparison.Ordinal);

            var refusal = Assert.Single(Refusals(command, option.Name, value));

            Assert.StartsWith($"{option.Name} {(value.Length == 0 ? "''" : value)}: must be ", refusal, StringComparison.Ordinal);
            Assert.All(names, name => Assert.Contains(name, refusal, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_option_of_names_takes_each_of_them_in_any_case()
    {
        foreach (var (command, option) in Choices())
        {
            Assert.All(
                Enum.GetNames(option.ValueType).SelectMany(name => new[] { name, name.ToUpperInvariant(), name.ToLowerInvariant() }),
                name => Assert.Empty(Refusals(command, option.Name, name)));
        }

        var run = RunCommand.Create();
        Assert.Equal(WhenProcessDies.Keep, run.Parse(["--when-host-dies", "kEEp", "x"]).GetValue<WhenProcessDies>("--when-host-dies"));
        Assert.Equal(Accelerator.Auto, run.Parse(["x"]).GetValue<Accelerator>("--accel"));
        Assert.Equal(MachineDriver.Sim, run.Parse(["--driver", "Sim", "x"]).GetValue<MachineDriver>("--driver"));
    }

    // Whatever the type of an option is, its refusal is in the words of the tool's user.
    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    [InlineData("1e400")]
    [InlineData("\u0663")]
    public void A_refusal_names_the_option_and_no_type_or_property(string value)
    {
        foreach (var (command, option) in Leaves().SelectMany(command => command.Options.Select(option => (command, option))))
        {
            if (option.ValueType == typeof(bool) || option is HelpOption)
            {
                continue;
            }

            Assert.All(Refusals(command, option.Name, value), refusal =>
            {
                Assert.StartsWith($"{option.Name} ", refusal, StringComparison.Ordinal);
                Assert.DoesNotContain("System.", refusal, StringComparison.Ordinal);
                Assert.DoesNotContain("Options.", refusal, StringComparison.Ordinal);
            });
        }
    }

    [Theory]
    [InlineData("run", "")]
    [InlineData("run", "x", "--events", "")]
    [InlineData("run", "x", "--journal", "")]
    [InlineData("run", "x", "--kernel", "")]
    [InlineData("run", "x", "--initrd", "")]
    [InlineData("replay", "")]
    [InlineData("replay", "x", "--svg", "")]
    [InlineData("image", "import", "x", "")]
    [InlineData("setup", "--init", "")]
    [InlineData("setup", "--kernel-dir", "")]
    [InlineData("setup", "--busybox", "")]
    public void An_empty_path_is_refused_wherever_a_path_is_taken(params string[] words) =>
        Assert.EndsWith(" '': a path is needed", Assert.Single(CommandLine.Create().Parse(words).Errors).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--memory", "95")]
    [InlineData("--memory", "1048577")]
    [InlineData("--cpus", "0")]
    [InlineData("--cpus", "65")]
    [InlineData("--timeout", "0")]
    [InlineData("--timeout", "0.0000001")]
    [InlineData("--timeout", "86400.1")]
    [InlineData("--timeout", "Infinity")]
    public void A_number_out_of_its_range_is_refused_with_the_range(string option, string value) => Assert.Matches(
        $"^{option} {value}: must be .* from [0-9.]+ to [0-9]+$", Assert.Single(Refusals(RunCommand.Create(), option, value)));

    [Fact]
    public void The_sizes_that_the_tool_takes_are_those_a_machine_may_have() => Assert.Equal(
        (MachineSize.LeastMemoryMiB, MachineSize.MostMemoryMiB, MachineSize.MostCpus),
        (RunCommand.LeastMemory, RunCommand.MostMemory, RunCommand.MostCpus));

    [Fact]
    public void The_help_of_every_command_has_its_exit_codes()
    {
        foreach (var command in Leaves())
        {
            using var help = new StringWriter();
            string[] words = command.Parents.OfType<Command>().Single() is RootCommand ? [command.Name] : ["image", command.Name];

            CommandLine.Create().Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = help });

            Assert.All(["Exit codes:", "  125 ", "  141 "], text => Assert.Contains(text, help.ToString(), StringComparison.Ordinal));
        }
    }

    private static IEnumerable<Command> Leaves() => CommandLine.Create().Subcommands
        .SelectMany(command => command.Subcommands.Count > 0 ? command.Subcommands.AsEnumerable() : [command]);

    private static IReadOnlyList<(Command Command, Option Option)> Choices()
    {
        (Command, Option)[] choices =
        [
            .. Leaves().SelectMany(command => command.Options.Where(option => option.ValueType.IsEnum).Select(option => (command, option))),
        ];
        Assert.NotEmpty(choices);
        return choices;
    }

    private static IEnumerable<string> Refusals(Command command, string option, string value) => command.Parse([option, value]).Errors
        .Select(error => error.Message)
        .Where(message => !message.StartsWith("Required argument", StringComparison.Ordinal));
}
