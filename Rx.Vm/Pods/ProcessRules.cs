using System.Collections.Immutable;
using Rx.Vm.Text;

namespace Rx.Vm.Pods;

/// <summary>What a process in a container must satisfy: its command, directory, environment and user.</summary>
internal static class ProcessRules
{
    private const int MaxArguments = 1024;
    private const int MaxVariables = 1024;
    private const int MaxGroups = 64;
    private const int MaxPrincipal = 64;

    // As System.Threading.Timeout has it.
    private static readonly TimeSpan Infinite = TimeSpan.FromMilliseconds(-1);

    /// <summary>Throws for the first broken rule of a container's first process.</summary>
    public static void Check(SpecTexts texts, string field, ContainerSpec container)
    {
        CheckArguments(texts, $"{field}.entrypoint", container.Entrypoint);
        CheckArguments(texts, $"{field}.command", container.Command);
        CheckCommand($"{field}.command", container.Arguments);
        CheckDirectory(texts, $"{field}.workdir", container.Workdir);
        CheckEnvironment(texts, $"{field}.envs", container.Envs);
        if (container.User is { } user)
        {
            CheckUser(texts, $"{field}.user", user);
        }
    }

    /// <summary>Throws for the first broken rule of a further process.</summary>
    public static void CheckExec(string container, ImmutableArray<string> command, ExecOptions options)
    {
        var texts = new SpecTexts();
        texts.BeginContainer("exec");
        SpecTexts.CheckId("exec.container", container);
        CheckArguments(texts, "exec.command", command);
        CheckCommand("exec.command", command);
        if (options.Workdir is { } workdir)
        {
            CheckDirectory(texts, "exec.workdir", workdir);
        }

        if (options.Timeout is { } time && time <= TimeSpan.Zero && time != Infinite)
        {
            throw new PodSpecException("exec.timeout", "must be more than 0, or infinite");
        }

        CheckEnvironment(texts, "exec.envs", options.Envs);
        if (options.User is { } user)
        {
            CheckPrincipal(texts, "exec.user", user);
        }
    }

    private static void CheckArguments(SpecTexts texts, string field, ImmutableArray<string> arguments)
    {
        SpecTexts.CheckList(field, arguments, MaxArguments);
        for (var i = 0; i < arguments.Length; i++)
        {
            texts.Check($"{field}[{i}]", arguments[i], ProcessLimits.Text);
        }
    }

    private static void CheckCommand(string field, ImmutableArray<string> command)
    {
        if (command is not [{ Length: > 0 }, ..])
        {
            throw new PodSpecException(field, "the command is empty");
        }
    }

    private static void CheckDirectory(SpecTexts texts, string field, string path)
    {
        if (!texts.Check(field, path, ProcessLimits.Path).StartsWith('/'))
        {
            throw new PodSpecException(field, $"{CleanText.Quote(path)} is not an absolute path");
        }
    }

    private static void CheckEnvironment(SpecTexts texts, string field, ImmutableArray<ContainerVariable> envs)
    {
        SpecTexts.CheckList(field, envs, MaxVariables);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < envs.Length; i++)
        {
            var name = texts.Check($"{field}[{i}].env", envs[i].Env, ProcessLimits.Text);
            if (name.Length == 0 || name.Contains('='))
            {
                // Behind the equals sign stands what was meant to be the value; it may be a secret.
                throw new PodSpecException($"{field}[{i}].env", name is ['=', ..] or ""
                    ? "a variable's name is not empty"
                    : $"{CleanText.Quote(name.Split('=')[0])} has an equals sign behind it: a variable's value is a key of its own");
            }

            // One string for the kernel, with the equals sign between.
            var left = ProcessLimits.Text - System.Text.Encoding.UTF8.GetByteCount(name) - 1;
            if (left < 0)
            {
                throw new PodSpecException($"{field}[{i}].env", $"is longer than {ProcessLimits.Text} bytes");
            }

            texts.Check($"{field}[{i}].value", envs[i].Value, left);
            if (!names.Add(name))
            {
                throw new PodSpecException($"{field}[{i}].env", $"{CleanText.Quote(name)} is set twice");
            }
        }
    }

    private static void CheckUser(SpecTexts texts, string field, ContainerUser user)
    {
        CheckPrincipal(texts, $"{field}.name", user.Name);
        if (user.Group is { } group)
        {
            CheckPrincipal(texts, $"{field}.group", group);
        }

        SpecTexts.CheckList($"{field}.additionalGroups", user.AdditionalGroups, MaxGroups);
        for (var i = 0; i < user.AdditionalGroups.Length; i++)
        {
            CheckPrincipal(texts, $"{field}.additionalGroups[{i}]", user.AdditionalGroups[i]);
        }
    }

    private static void CheckPrincipal(SpecTexts texts, string field, string name)
    {
        if (texts.Check(field, name, 4 * MaxPrincipal) is { Length: 0 or > MaxPrincipal } || name.Any(c => c == ':' || char.IsControl(c)))
        {
            throw new PodSpecException(field, $"{CleanText.Quote(name)} is not a name or number");
        }
    }
}
