using System.Collections.Immutable;
using System.Text.RegularExpressions;
using static Rx.Vm.Pods.PodText;

namespace Rx.Vm.Pods;

/// <summary>The rules of a pod spec that need nothing but the spec.</summary>
internal static partial class PodRules
{
    private const int MaxArguments = 1024;
    private const int MaxVariables = 1024;
    private const int MaxText = 128 * 1024;

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex DnsLabel();

    /// <summary>Throws for the first broken rule.</summary>
    public static void Validate(PodSpec pod)
    {
        CheckId("id", pod.Id);
        if (pod.Hostname is { } hostname && !DnsLabel().IsMatch(hostname))
        {
            throw new PodSpecException("hostname", $"{Quote(hostname)} is not a DNS label: letters, digits and '-', at most 63");
        }

        CheckRange("resource.vcpu", pod.Resources.Vcpu, 1, 64);
        CheckRange("resource.memory", pod.Resources.Memory, 64, 1 << 20);
        foreach (var (key, value) in pod.Labels)
        {
            CheckText($"labels.{Quote(key)}", value);
        }

        if (pod.Containers.IsDefaultOrEmpty)
        {
            throw new PodSpecException("containers", "at least one container is needed");
        }

        if (pod.Containers.Length > PodSpec.MaxContainers)
        {
            throw new PodSpecException("containers", $"{pod.Containers.Length} containers, at most {PodSpec.MaxContainers} fit into one machine");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < pod.Containers.Length; i++)
        {
            Check($"containers[{i}]", pod.Containers[i]);
            var name = pod.Containers[i].Name ?? $"c{i}";
            if (!names.Add(name))
            {
                throw new PodSpecException($"containers[{i}].name", $"{Quote(name)} is taken by another container");
            }
        }
    }

    /// <summary>Throws for the first broken rule of a process that is to run in a container.</summary>
    public static void ValidateExec(ContainerSpec process) => Check("exec", process);

    private static void Check(string path, ContainerSpec container)
    {
        CheckId($"{path}.name", container.Name);
        if (string.IsNullOrWhiteSpace(container.Image))
        {
            throw new PodSpecException($"{path}.image", "an image is needed");
        }

        CheckText($"{path}.image", container.Image);
        CheckArguments($"{path}.entrypoint", container.Entrypoint);
        CheckArguments($"{path}.command", container.Command);
        if (container.Arguments is not [{ Length: > 0 }, ..])
        {
            throw new PodSpecException($"{path}.command", "the command is empty");
        }

        if (!container.Workdir.StartsWith('/'))
        {
            throw new PodSpecException($"{path}.workdir", $"{Quote(container.Workdir)} is not an absolute path");
        }

        CheckText($"{path}.workdir", container.Workdir);
        CheckEnvironment(path, container.Envs);
        CheckUser($"{path}.user", container.User);
    }

    private static void CheckEnvironment(string path, ImmutableArray<ContainerVariable> envs)
    {
        CheckCount($"{path}.envs", envs.Length, MaxVariables);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < envs.Length; i++)
        {
            var name = envs[i].Env;
            if (name.Length == 0 || name.Contains('='))
            {
                throw new PodSpecException($"{path}.envs[{i}].env", $"{Quote(name)} is not a variable's name");
            }

            CheckText($"{path}.envs[{i}].env", name);
            CheckText($"{path}.envs[{i}].value", envs[i].Value);
            if (!names.Add(name))
            {
                throw new PodSpecException($"{path}.envs[{i}].env", $"{Quote(name)} is set twice");
            }
        }
    }

    private static void CheckUser(string path, ContainerUser? user)
    {
        if (user is null)
        {
            return;
        }

        CheckPrincipal($"{path}.name", user.Name);
        if (user.Group is { } group)
        {
            CheckPrincipal($"{path}.group", group);
        }

        CheckCount($"{path}.additionalGroups", user.AdditionalGroups.Length, 64);
        for (var i = 0; i < user.AdditionalGroups.Length; i++)
        {
            CheckPrincipal($"{path}.additionalGroups[{i}]", user.AdditionalGroups[i]);
        }
    }

    private static void CheckPrincipal(string path, string name)
    {
        if (name.Length is 0 or > 64 || name.Any(c => c is ':' or '\0' or '\n'))
        {
            throw new PodSpecException(path, $"{Quote(name)} is not a name or number");
        }
    }

    private static void CheckArguments(string path, ImmutableArray<string> arguments)
    {
        CheckCount(path, arguments.Length, MaxArguments);
        for (var i = 0; i < arguments.Length; i++)
        {
            CheckText($"{path}[{i}]", arguments[i]);
        }
    }

    private static void CheckCount(string path, int count, int most)
    {
        if (count > most)
        {
            throw new PodSpecException(path, $"{count} entries, at most {most}");
        }
    }

    private static void CheckRange(string path, int? value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new PodSpecException(path, $"{value} is not between {least} and {most}");
        }
    }

    private static void CheckText(string path, string text)
    {
        if (text.Contains('\0'))
        {
            throw new PodSpecException(path, "contains a NUL character");
        }

        if (text.Length > MaxText)
        {
            throw new PodSpecException(path, $"{text.Length} characters, at most {MaxText}");
        }
    }

    private static void CheckId(string path, string? id)
    {
        if (id is not null && !Identifiers.IsValid(id))
        {
            throw new PodSpecException(path, $"{Quote(id)} is not an id: {Identifiers.Rule}");
        }
    }
}
